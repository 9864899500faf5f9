// Runs commands on nodes for the pages of a console and keeps what they write, so that a page that was hidden meanwhile misses nothing.
import { MusterError } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { fromServiceError } from '../../proto/client/grpc-errors.ts';
import type { CommandResult, CommandUpdate } from '../../proto/gen/messages.ts';
import type { CommandEnd, CommandOutputEvent } from '../common/command-run.ts';
import type { RequestArguments } from '../common/console-api.ts';

/** The gateway ends a command at its limit; the deadline is for one that no longer answers. */
const GRACE_MS = 30_000;
const MAX_TEXT = 1_000_000;
/** Runs whose output is still known; the oldest goes first. */
const MAX_RUNS = 32;

interface Run {
  text: string;
  cut: boolean;
  listeners: Set<(event: CommandOutputEvent) => void>;
}

export class CommandRuns {
  readonly #gateway: () => FleetClient;
  readonly #runs = new Map<string, Run>();

  constructor(gateway: () => FleetClient) {
    this.#gateway = gateway;
  }

  /**
   * Runs it to its end. `runId` is the caller's own name for it, new for each run: a run is never begun twice, as it may have changed
   * the machine. Ended by the signal, on the node too.
   */
  run({ runId, node, command, arguments: given, timeoutMs }: RequestArguments<'runCommand'>, signal?: AbortSignal): Promise<CommandEnd> {
    const run = this.#find(runId);
    return new Promise((resolve, reject) => {
      // What stands at the end of a piece may be half a letter.
      const decoder = new TextDecoder();
      let commandId = '';
      let result: CommandResult | undefined;
      const call = this.#gateway().open('runCommand', { node, command, arguments: given, timeoutMs }, timeoutMs + GRACE_MS);
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      call.on('data', (update: CommandUpdate) => {
        commandId = update.commandId;
        result = update.result ?? result;
        write(run, decoder.decode(update.output, { stream: true }));
      });
      call.on('error', (error) => {
        signal?.removeEventListener('abort', cancel);
        reject(signal?.aborted ? new MusterError('cancelled', `${command} was stopped`) : fromServiceError(error));
      });
      call.on('end', () => {
        signal?.removeEventListener('abort', cancel);
        write(run, decoder.decode());
        if (result === undefined) reject(new MusterError('unavailable', 'the gateway ended the call without a result'));
        else resolve({ commandId, ...toEnd(result) });
      });
    });
  }

  /** All output of the run so far, then what follows. Returns the end of it. */
  follow(runId: string, listener: (event: CommandOutputEvent) => void): () => void {
    const run = this.#find(runId);
    run.listeners.add(listener);
    listener({ begins: true, text: run.text, cut: run.cut });
    return () => run.listeners.delete(listener);
  }

  #find(runId: string): Run {
    let run = this.#runs.get(runId);
    if (run === undefined) {
      run = { text: '', cut: false, listeners: new Set() };
      this.#runs.set(runId, run);
      if (this.#runs.size > MAX_RUNS) this.#runs.delete(this.#runs.keys().next().value as string);
    }
    return run;
  }
}

function write(run: Run, piece: string): void {
  if (piece === '') return;
  run.text += piece;
  if (run.text.length > MAX_TEXT) {
    run.text = run.text.slice(-MAX_TEXT / 2);
    run.cut = true;
  }
  for (const listener of run.listeners) listener({ begins: false, text: piece, cut: run.cut });
}

function toEnd({ status, problem, exitCode, truncated }: CommandResult): Omit<CommandEnd, 'commandId'> {
  return { status, problem, exitCode: exitCode ?? null, truncated };
}
