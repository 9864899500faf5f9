// Between a command and the stream: sends at most what was granted, keeps little, cuts at the limit, and ends with the result.
import { AGENT_MESSAGE_FIELDS, type CommandResult } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';

export interface OutputGateOptions {
  id: string;
  /** Bytes that may be sent before more is granted. */
  credit: number;
  /** Bytes of output in all; the rest is cut. */
  maxBytes: number;
  /** An encoded AgentMessage; false where the stream is not ready for it. */
  send(message: Buffer): boolean;
  /** The limit is reached: what makes the output may stop. */
  onLimit(): void;
  /** The result has been sent. */
  onDone(): void;
}

/** In one message; a batch never waits longer than one of these takes. */
const CHUNK_BYTES = 16 * 1024;
/** Waiting bytes above which the command waits, and at which it goes on. */
const HIGH_WATER = 64 * 1024;
const LOW_WATER = 16 * 1024;
/** What a wrong or hostile gateway may grant at most. */
const MAX_CREDIT = 16 * 1024 * 1024;

export class OutputGate {
  readonly #options: OutputGateOptions;
  #credit: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #taken = 0;
  #truncated = false;
  #result: CommandResult | undefined;
  #done = false;
  #wake: (() => void)[] = [];

  constructor(options: OutputGateOptions) {
    this.#options = options;
    this.#credit = Math.min(options.credit, MAX_CREDIT);
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** Resolves when there is room for more, with false where no more is wanted. */
  async write(output: string | Uint8Array): Promise<boolean> {
    if (this.#result !== undefined || this.#done || this.#truncated) return false;
    const bytes = Buffer.from(output as string);
    const room = this.#options.maxBytes - this.#taken;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.#taken += kept.length;
    if (kept.length > 0) this.#waiting.push(kept);
    this.#waitingBytes += kept.length;
    if (kept.length < bytes.length) {
      this.#truncated = true;
      this.#options.onLimit();
    }
    this.flush();
    if (this.#waitingBytes > HIGH_WATER) await new Promise<void>((resolve) => this.#wake.push(resolve));
    return !this.#truncated && this.#result === undefined && !this.#done;
  }

  grant(bytes: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + bytes);
    this.flush();
  }

  /** The last message. `now` gives up output that still waits, as there is nobody who will grant more. */
  end(result: Omit<CommandResult, 'truncated'>, now: boolean): void {
    if (this.#result !== undefined) return;
    if (now && this.#waitingBytes > 0) {
      this.#truncated = true;
      this.#waiting = [];
      this.#waitingBytes = 0;
    }
    this.#result = { ...result, truncated: this.#truncated };
    this.flush();
    this.#wakeAll();
  }

  /** Nothing can be sent any more. */
  close(): void {
    this.#done = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#wakeAll();
  }

  flush(): void {
    while (!this.#done && this.#credit > 0 && this.#waitingBytes > 0) {
      const chunk = this.#nextChunk();
      if (!this.#send({ id: this.#options.id, output: chunk })) return;
      this.#credit -= chunk.length;
      this.#remove(chunk.length);
    }
    if (this.#waitingBytes <= LOW_WATER) this.#wakeAll();
    if (this.#done || this.#result === undefined || this.#waitingBytes > 0) return;
    if (!this.#send({ id: this.#options.id, output: Buffer.alloc(0), result: this.#result })) return;
    this.#done = true;
    this.#options.onDone();
  }

  #nextChunk(): Buffer {
    const size = Math.min(CHUNK_BYTES, this.#credit);
    // Small pieces share a message.
    let have = 0;
    let count = 0;
    while (have < size && count < this.#waiting.length) have += (this.#waiting[count++] as Buffer).length;
    return Buffer.concat(this.#waiting.slice(0, count)).subarray(0, size);
  }

  #remove(bytes: number): void {
    this.#waitingBytes -= bytes;
    let left = bytes;
    while (left > 0) {
      const first = this.#waiting[0] as Buffer;
      if (first.length > left) {
        this.#waiting[0] = first.subarray(left);
        return;
      }
      left -= first.length;
      this.#waiting.shift();
    }
  }

  #send(commandOutput: { id: string; output: Buffer; result?: CommandResult }): boolean {
    return this.#options.send(encodeMessage(AGENT_MESSAGE_FIELDS, { commandOutput }));
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
