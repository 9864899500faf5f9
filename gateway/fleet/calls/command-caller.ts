// Runs commands for this gateway's callers: finds the node, records who wants what, and streams the output as fast as it is read.
import { randomUUID } from 'node:crypto';
import { type NatsConnection, NatsError } from 'nats';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { commandControlSubject, commandOutputSubject, commandSubject } from '../../../core/common/streams.ts';
import {
  COMMAND_CONTROL_FIELDS,
  COMMAND_FIELDS,
  COMMAND_OUTPUT_FIELDS,
  COMMAND_RESULT_FIELDS,
  type Command,
  type CommandControl,
  type CommandOutput,
  type CommandResult,
  type CommandUpdate,
  type RunCommandRequest,
} from '../../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../../proto/message-codec.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { CommandAudit } from '../../commands/command-audit.ts';
import { GRACE_MS, GRANT_BYTES, INITIAL_CREDIT_BYTES, MAX_PER_GATEWAY } from '../../commands/command-limits.ts';
import { checkRequest } from '../../commands/command-request.ts';
import { OutputInbox } from '../../commands/output-inbox.ts';
import type { Directory } from '../directory/directory.ts';
import type { NodeRecord } from '../directory/node-record.ts';

export interface CommandEvents {
  /** A command of a caller ended; `status` is a bounded word. */
  commandEnded(command: { id: string; nodeId: string; name: string; caller: string; status: string }): void;
}

export interface CommandCallerOptions {
  connection: NatsConnection;
  directory: Pick<Directory, 'find'>;
  audit: Pick<AuditLog, 'record'>;
  /** Called after the connection to NATS was lost and stands again; returns what ends it. */
  onReconnect(listener: () => void): () => void;
  events: CommandEvents;
}

/** The gateway that holds the stream answers at once. */
const ANSWER_WITHIN_MS = 3000;

export class CommandCaller {
  readonly #options: CommandCallerOptions;
  #running = 0;

  constructor(options: CommandCallerOptions) {
    this.#options = options;
  }

  /**
   * Ends with the message that has the result. Throws `not_found`, `invalid_argument`, `limit_exceeded`, and `unavailable` for a node
   * without a stream.
   */
  async *run(request: RunCommandRequest, caller: Caller, signal: AbortSignal): AsyncGenerator<CommandUpdate> {
    const id = randomUUID();
    const { audit } = this.#options;
    const node = this.#find(request, caller, id);
    const { nodeId } = node;
    const record = new CommandAudit(audit, caller.name, request, id, { nodeId, name: node.info?.name ?? nodeId });
    let timeoutMs: number;
    try {
      ({ timeoutMs } = this.#admit(request, node));
    } catch (thrown) {
      record.refused(toMusterError(thrown));
      throw thrown;
    }
    this.#running += 1;
    const inbox = new OutputInbox(signal);
    try {
      await record.begun();
      const command: Command = {
        ...{ id, name: request.command, arguments: request.arguments, timeoutMs },
        ...{ caller: caller.name, creditBytes: INITIAL_CREDIT_BYTES },
      };
      yield* this.#converse(command, node, inbox, record);
    } finally {
      this.#running -= 1;
      const { status } = inbox.result ?? { status: signal.aborted ? 'cancelled' : 'failed' };
      this.#options.events.commandEnded({ id, nodeId, name: request.command, caller: caller.name, status });
    }
  }

  #find(request: RunCommandRequest, caller: Caller, id: string): NodeRecord {
    const { directory, audit } = this.#options;
    try {
      return directory.find(request.node);
    } catch (thrown) {
      const named = { nodeId: '', name: JSON.stringify(request.node.slice(0, 80)) };
      new CommandAudit(audit, caller.name, request, id, named).refused(toMusterError(thrown));
      throw thrown;
    }
  }

  #admit(request: RunCommandRequest, node: NodeRecord): { timeoutMs: number } {
    const checked = checkRequest(request);
    if (this.#running >= MAX_PER_GATEWAY) {
      throw new MusterError(
        'limit_exceeded',
        `${this.#running} commands run at this gateway, which is its limit: wait until one has ended`,
      );
    }
    if (node.gateway === '') throw noStream(node);
    return checked;
  }

  async *#converse(command: Command, node: NodeRecord, inbox: OutputInbox, record: CommandAudit): AsyncGenerator<CommandUpdate> {
    const { id, timeoutMs } = command;
    const { connection } = this.#options;
    let recorded = false;
    // When it ends, not when the caller has read so far: who takes nothing must not keep it out of the audit.
    const recordEnd = (result: CommandResult): void => {
      if (!recorded) record.ended(result, inbox.bytes);
      recorded = true;
    };
    const put = (output: CommandOutput): void => {
      inbox.put(output);
      if (inbox.result !== undefined) recordEnd(inbox.result);
    };
    const end = (result: CommandResult): void => put({ id, output: Buffer.alloc(0), result });
    const subscription = connection.subscribe(commandOutputSubject(id), {
      callback: (error, message) => {
        if (error !== null) return;
        const output = readOutput(message.data);
        if (output === undefined) end(failed('what came from the node cannot be read'));
        else put(output);
      },
    });
    // What was said meanwhile did not arrive: output with a hole in it is worse than none.
    const unlisten = this.#options.onReconnect(() => end(failed('the connection of the gateway to nats-server was lost')));
    const late = failed('nothing was heard of the end of the command: its gateway or its node may be gone');
    const timer = setTimeout(() => end(late), timeoutMs + 2 * GRACE_MS);
    try {
      const refused = await this.#send(command, node);
      if (refused !== undefined) end(refused);
      yield { commandId: id, output: Buffer.alloc(0) };
      let taken = 0;
      for (let next = await inbox.take(); next !== undefined; next = await inbox.take()) {
        yield { commandId: id, output: next.output, ...(next.result ? { result: next.result } : {}) };
        taken += next.output.length;
        if (taken < GRANT_BYTES || next.result) continue;
        this.#control(node.nodeId, { id, creditBytes: taken, cancel: false });
        taken = 0;
      }
    } catch (thrown) {
      recordEnd(failed(toMusterError(thrown).message));
      throw thrown;
    } finally {
      clearTimeout(timer);
      unlisten();
      subscription.unsubscribe();
      if (inbox.result === undefined) this.#control(node.nodeId, { id, creditBytes: 0, cancel: true });
      recordEnd(inbox.result ?? { ...failed('the caller ended the call'), status: 'cancelled' });
    }
  }

  /** The result where the node's gateway refuses. Throws `unavailable` where no gateway has its stream. */
  async #send(command: Command, node: NodeRecord): Promise<CommandResult | undefined> {
    const payload = encodeMessage(COMMAND_FIELDS, command);
    try {
      const answer = await this.#options.connection.request(commandSubject(node.nodeId), payload, { timeout: ANSWER_WITHIN_MS });
      const result = decodeMessage<CommandResult>(COMMAND_RESULT_FIELDS, Buffer.from(answer.data));
      return result.status === 'ok' ? undefined : result;
    } catch (error) {
      // No gateway answered: none holds the stream, whatever presence said a moment ago.
      throw error instanceof NatsError ? noStream(node, error) : error;
    }
  }

  #control(nodeId: string, control: CommandControl): void {
    const { connection } = this.#options;
    if (!connection.isClosed()) connection.publish(commandControlSubject(nodeId), encodeMessage(COMMAND_CONTROL_FIELDS, control));
  }
}

function noStream(node: NodeRecord, cause?: unknown): MusterError {
  const seen = node.heardMs > 0 ? new Date(node.heardMs).toISOString() : 'never';
  return new MusterError('unavailable', `node ${node.info?.name ?? node.nodeId} has no open stream; last seen ${seen}`, cause);
}

function failed(problem: string): CommandResult {
  return { status: 'failed', problem, truncated: true };
}

function readOutput(data: Uint8Array): CommandOutput | undefined {
  try {
    return decodeMessage<CommandOutput>(COMMAND_OUTPUT_FIELDS, Buffer.from(data));
  } catch {
    return undefined;
  }
}
