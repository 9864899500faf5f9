// Sends a gateway's messages to one agent, with a bound on what waits when the agent does not read.
import { ACK_FIELDS, type Ack, GATEWAY_MESSAGE_FIELDS, type GatewayMessage } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';

export interface DownlinkOptions {
  /** False when no more should be written until `drained` is called. */
  write(message: Buffer): boolean;
  now(): number;
}

const MAX_WAITING = 64;

/** Acknowledgements are cumulative, so of those that wait only the newest of an epoch is kept. Everything else keeps its order. */
export class Downlink {
  readonly #options: DownlinkOptions;
  #waiting: Buffer[] = [];
  #acks: Ack[] = [];
  #blockedSince: number | undefined;
  #scheduled = false;
  #closed = false;

  constructor(options: DownlinkOptions) {
    this.#options = options;
  }

  /** How long the agent has not been reading, milliseconds. */
  get blockedMs(): number {
    return this.#blockedSince === undefined ? 0 : this.#options.now() - this.#blockedSince;
  }

  get blocked(): boolean {
    return this.#blockedSince !== undefined;
  }

  /** False when too much waits already: the stream should end. */
  send(message: GatewayMessage): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push(encodeMessage(GATEWAY_MESSAGE_FIELDS, message));
    this.#flush();
    return true;
  }

  /** At the end of this turn, so that several acknowledgements of one message become one. */
  acknowledge(ack: Ack): void {
    const same = this.#acks.findIndex(({ epoch }) => Buffer.compare(epoch, ack.epoch) === 0);
    if (same >= 0) this.#acks[same] = ack;
    else this.#acks.push(ack);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  drained(): void {
    this.#blockedSince = undefined;
    this.#flush();
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#acks = [];
  }

  #flush(): void {
    while (!this.#closed && this.#blockedSince === undefined) {
      const message = this.#waiting.shift() ?? this.#takeAck();
      if (message === undefined) return;
      if (!this.#options.write(message)) this.#blockedSince = this.#options.now();
    }
  }

  #takeAck(): Buffer | undefined {
    const ack = this.#acks.shift();
    return ack === undefined ? undefined : encodeMessage(ACK_MESSAGE, { ack });
  }
}

/** The one message of the hot path, without a walk over the other kinds. */
const ACK_MESSAGE = [{ no: 2, name: 'ack', type: () => ACK_FIELDS, optional: true }] as const;
