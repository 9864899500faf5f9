// Carries out commands of the allow-list: checks name and arguments, limits time, number and output, and tells how each ended.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { Command, CommandControl } from '../../proto/gen/messages.ts';
import { readArguments } from './argument-rules.ts';
import { HOST_COMMANDS } from './command-catalog.ts';
import type { AgentSide, HostCommand, Outcome } from './host-command.ts';
import { OutputGate } from './output-gate.ts';

export interface CommandReports {
  began(command: { id: string; name: string; caller: string }): void;
  ended(command: { id: string; name: string; caller: string; status: string; problem: string }): void;
}

export interface RunnerOptions {
  /** Names of the agent's own configuration. */
  allowed: readonly string[];
  agent: AgentSide;
  /** An encoded AgentMessage; false where the stream is not ready for it: `drained` tells when it is. */
  send(message: Buffer): boolean;
  reports: CommandReports;
}

const MAX_AT_ONCE = 4;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_MS = 300_000;

/** Why a command was ended before its end. */
type EndReason = 'timed_out' | 'cancelled' | 'output_limit';

interface Run {
  readonly gate: OutputGate;
  readonly ended: AbortController;
  finished: Promise<void>;
}

export class CommandRunner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  command(command: Command): void {
    if (this.#runs.has(command.id)) return;
    const ended = new AbortController();
    let afterwards: () => void = () => undefined;
    const gate = new OutputGate({
      id: command.id,
      credit: command.creditBytes,
      maxBytes: MAX_OUTPUT_BYTES,
      send: this.#options.send,
      onLimit: () => ended.abort('output_limit' satisfies EndReason),
      onDone: () => {
        this.#runs.delete(command.id);
        afterwards();
      },
    });
    const run: Run = { gate, ended, finished: Promise.resolve() };
    const busy = this.#runs.size;
    this.#runs.set(command.id, run);
    const { id, name, caller } = command;
    this.#options.reports.began({ id, name, caller });
    run.finished = this.#carryOut(command, run, busy).then(({ status, problem, exitCode, ...outcome }) => {
      afterwards = outcome.afterwards ?? afterwards;
      this.#options.reports.ended({ id, name, caller, status, problem: problem ?? '' });
      gate.end({ status, problem: problem ?? '', ...(exitCode === undefined ? {} : { exitCode }) }, status === 'timed_out');
    });
  }

  control({ id, creditBytes, cancel }: CommandControl): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    if (cancel) this.#cancel(id, run);
    else run.gate.grant(creditBytes);
  }

  drained(): void {
    for (const { gate } of this.#runs.values()) gate.flush();
  }

  /** The stream is gone, and with it whoever reads. */
  cancelAll(): void {
    for (const [id, run] of this.#runs) this.#cancel(id, run);
  }

  async stop(): Promise<void> {
    const finished = [...this.#runs.values()].map((run) => run.finished);
    this.cancelAll();
    await Promise.all(finished);
  }

  #cancel(id: string, run: Run): void {
    run.ended.abort('cancelled' satisfies EndReason);
    run.gate.close();
    // Its programs end by the signal; the place is free for another, as its output has nowhere to go.
    this.#runs.delete(id);
  }

  async #carryOut(command: Command, run: Run, busy: number): Promise<Omit<Outcome, 'status'> & { status: string }> {
    const { signal } = run.ended;
    const timeoutMs = Math.min(command.timeoutMs || DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS);
    const timer = setTimeout(() => {
      run.ended.abort('timed_out' satisfies EndReason);
      // Also where it waits for a reader that takes nothing.
      run.gate.end({ status: 'timed_out', problem: timeoutWords(command.name, timeoutMs) }, true);
    }, timeoutMs);
    try {
      const host = this.#find(command.name);
      const args = readArguments(command.name, host.rules, command.arguments);
      if (busy >= MAX_AT_ONCE) throw new MusterError('invalid_argument', `${busy} commands run on this node: wait until one has ended`);
      const context = { signal, agent: this.#options.agent, write: (output: string | Uint8Array) => run.gate.write(output) };
      const outcome = await host.run(args, context);
      return signal.aborted ? endedEarly(signal.reason as EndReason, command.name, timeoutMs) : outcome;
    } catch (thrown) {
      const error = toMusterError(thrown);
      if (signal.aborted) return endedEarly(signal.reason as EndReason, command.name, timeoutMs);
      return { status: error.code === 'invalid_argument' ? 'refused' : 'failed', problem: error.message };
    } finally {
      clearTimeout(timer);
    }
  }

  #find(name: string): HostCommand {
    const { allowed } = this.#options;
    const host = HOST_COMMANDS.get(name);
    if (host !== undefined && allowed.includes(name)) return host;
    const shown = JSON.stringify(name.slice(0, 80));
    const names = allowed.join(', ') || 'none';
    throw new MusterError(
      'invalid_argument',
      `${shown} is not among the commands that this agent carries out: ${names}; its owner allows commands in its configuration`,
    );
  }
}

function endedEarly(reason: EndReason, name: string, timeoutMs: number): Omit<Outcome, 'status'> & { status: string } {
  if (reason === 'output_limit') return { status: 'ok' };
  if (reason === 'timed_out') return { status: 'timed_out', problem: timeoutWords(name, timeoutMs) };
  return { status: 'cancelled', problem: `${name} was cancelled` };
}

function timeoutWords(name: string, timeoutMs: number): string {
  return `${name} was ended at its time limit of ${timeoutMs / 1000} s`;
}
