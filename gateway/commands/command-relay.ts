// Commands for the nodes whose streams this gateway holds: down to the agent, and its output to whoever asked, never more than was granted.
import type { Msg, Subscription } from 'nats';
import { COMMAND_CONTROL_SUBJECTS, COMMAND_SUBJECTS, commandOutputSubject } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import {
  COMMAND_CONTROL_FIELDS,
  COMMAND_FIELDS,
  COMMAND_OUTPUT_FIELDS,
  COMMAND_RESULT_FIELDS,
  type Command,
  type CommandControl,
  type CommandOutput,
  type CommandResult,
  type GatewayMessage,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { NatsLink } from '../nats-link.ts';
import { GRACE_MS, MAX_PER_NODE } from './command-limits.ts';

/** The stream of a node, as far as commands need it. */
export interface CommandStream {
  readonly nodeId: string;
  sendCommand(message: Pick<GatewayMessage, 'command' | 'commandControl'>): void;
}

export interface CommandRelayEvents {
  fleetInputUnreadable(input: { source: string; key: string }): void;
}

export interface CommandRelayOptions {
  link: Pick<NatsLink, 'connection' | 'sendEphemeral' | 'onReconnect'>;
  /** The open stream of a node, if this gateway holds it. */
  streamOf(nodeId: string): CommandStream | undefined;
  events: CommandRelayEvents;
}

interface Relayed {
  readonly id: string;
  readonly stream: CommandStream;
  /** Bytes the agent may still send. */
  credit: number;
  readonly timer: NodeJS.Timeout;
}

const OK: CommandResult = { status: 'ok', problem: '', truncated: false };

export class CommandRelay implements Component {
  readonly name = 'command relay';
  readonly #options: CommandRelayOptions;
  readonly #running = new Map<string, Relayed>();
  #subscriptions: Subscription[] = [];
  #unlisten: () => void = () => undefined;

  constructor(options: CommandRelayOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { link } = this.#options;
    const listen = (subject: string, take: (nodeId: string, message: Msg) => void): Subscription =>
      link.connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) this.#guarded(message, take);
        },
      });
    this.#subscriptions = [
      listen(COMMAND_SUBJECTS, (nodeId, message) => this.#command(nodeId, message)),
      listen(COMMAND_CONTROL_SUBJECTS, (nodeId, message) => this.#control(nodeId, message.data)),
    ];
    // What was said meanwhile did not arrive: output with a hole in it is worse than none.
    this.#unlisten = link.onReconnect(() => this.#endWhere(() => true, 'the connection of the gateway to nats-server was lost'));
  }

  async stop(): Promise<void> {
    this.#unlisten();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
    this.#endWhere(() => true, 'the gateway that holds the stream of the node is going away');
  }

  /** A message of an agent. One of a command that nobody waits for is passed over. */
  output(stream: CommandStream, output: CommandOutput, bytes: Uint8Array): void {
    const relayed = this.#running.get(output.id);
    if (relayed === undefined || relayed.stream !== stream) return;
    relayed.credit -= output.output.length;
    if (relayed.credit < 0) {
      this.#end(relayed, 'the agent sent more output than it was granted');
      return;
    }
    this.#options.link.sendEphemeral(commandOutputSubject(relayed.id), bytes);
    if (output.result) this.#forget(relayed);
  }

  /** The stream of an agent is gone. */
  ended(stream: CommandStream): void {
    this.#endWhere((relayed) => relayed.stream === stream, 'the stream of the node ended while the command ran');
  }

  #guarded(message: Msg, take: (nodeId: string, message: Msg) => void): void {
    const nodeId = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    try {
      take(nodeId, message);
    } catch {
      this.#options.events.fleetInputUnreadable({ source: 'commands', key: nodeId });
    }
  }

  #command(nodeId: string, message: Msg): void {
    const stream = this.#options.streamOf(nodeId);
    // Another gateway holds it, or none does.
    if (stream === undefined) return;
    const command = decodeMessage<Command>(COMMAND_FIELDS, Buffer.from(message.data));
    const answer = (result: CommandResult): void => void message.respond(encodeMessage(COMMAND_RESULT_FIELDS, result));
    const there = [...this.#running.values()].filter((relayed) => relayed.stream.nodeId === nodeId).length;
    if (there >= MAX_PER_NODE) {
      answer({ ...OK, status: 'refused', problem: `${there} commands run on this node: wait until one has ended, or cancel one` });
      return;
    }
    if (this.#running.has(command.id)) return;
    const timer = setTimeout(() => {
      const relayed = this.#running.get(command.id);
      if (relayed !== undefined) this.#end(relayed, 'the agent did not say how the command ended');
    }, command.timeoutMs + GRACE_MS);
    this.#running.set(command.id, { id: command.id, stream, credit: command.creditBytes, timer });
    answer(OK);
    stream.sendCommand({ command });
  }

  #control(nodeId: string, data: Uint8Array): void {
    const control = decodeMessage<CommandControl>(COMMAND_CONTROL_FIELDS, Buffer.from(data));
    const relayed = this.#running.get(control.id);
    if (relayed === undefined || relayed.stream.nodeId !== nodeId) return;
    relayed.credit += control.creditBytes;
    if (control.cancel) this.#forget(relayed);
    relayed.stream.sendCommand({ commandControl: control });
  }

  #endWhere(matches: (relayed: Relayed) => boolean, problem: string): void {
    for (const relayed of [...this.#running.values()]) if (matches(relayed)) this.#end(relayed, problem);
  }

  /** Ends it on both sides. */
  #end(relayed: Relayed, problem: string): void {
    this.#forget(relayed);
    relayed.stream.sendCommand({ commandControl: { id: relayed.id, creditBytes: 0, cancel: true } });
    const result: CommandResult = { status: 'failed', problem, truncated: true };
    const output: CommandOutput = { id: relayed.id, output: Buffer.alloc(0), result };
    this.#options.link.sendEphemeral(commandOutputSubject(relayed.id), encodeMessage(COMMAND_OUTPUT_FIELDS, output));
  }

  #forget(relayed: Relayed): void {
    clearTimeout(relayed.timer);
    this.#running.delete(relayed.id);
  }
}
