// ImportService.Upload: batches that a client numbered, of nodes that no agent speaks for, onto the agents' durable path.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { doorOf } from '../../core/common/door-epoch.ts';
import { MusterError, type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';
import { NODE_ID_RULE, nodeIdOf } from '../../core/common/node-name.ts';
import type { SourceKind } from '../../core/common/registry-entry.ts';
import { summarySubject } from '../../core/common/streams.ts';
import { toServiceError } from '../../proto/client/grpc-errors.ts';
import {
  HEARTBEAT_FIELDS,
  UPLOAD_ACK_FIELDS,
  UPLOAD_MESSAGE_FIELDS,
  type UploadAck,
  type UploadMessage,
} from '../../proto/gen/messages.ts';
import { CALLS } from '../../proto/gen/services.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { Caller } from '../access/caller.ts';
import { type Grant, whileGranted } from '../access/open-calls.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { Publisher } from '../publisher/publisher.ts';

export interface UploadOptions {
  /** Name of this gateway. */
  gateway: string;
  publisher: Pick<Publisher, 'offer'>;
  registry: Pick<NodeRegistry, 'seenAtDoor'>;
  tokens: Pick<TokenStore, 'admit'>;
  sendEphemeral(subject: string, payload: Uint8Array): void;
  events: { callFailed(call: { method: string; code: MusterErrorCode; message: string }): void; batchTaken(bytes: number): void };
  /** Unix ms. */
  now?: () => number;
}

export type UploadCall = Pick<ServerDuplexStream<Buffer, Buffer>, 'metadata' | 'write' | 'end' | 'emit' | 'cancelled' | 'on' | 'once'> &
  AsyncIterable<Buffer>;

/** Bytes of one call that may wait for the stream; beyond it the call is not read. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

export function createUploadHandler(options: UploadOptions): (call: UploadCall) => void {
  return (call) => {
    call.on('error', () => undefined);
    new Upload(call, options).run().then(
      () => call.end(),
      (thrown: unknown) => {
        const error = toMusterError(thrown);
        options.events.callFailed({ method: 'Upload', code: error.code, message: error.message });
        if (!call.cancelled) call.emit('error', toServiceError(error));
      },
    );
  };
}

class Upload {
  readonly #call: UploadCall;
  readonly #options: UploadOptions;
  readonly #now: () => number;
  /** The newest number of each node and epoch. */
  readonly #numbers = new Map<string, number>();
  readonly #seen = new Set<string>();
  /** Messages that are settled out of their turn: those before are still under way. */
  readonly #ahead = new Map<number, string>();
  #received = 0;
  #settled = 0;
  #waitingBytes = 0;
  #wake: () => void = () => undefined;
  #grant: Grant | undefined;
  /** Rejects when a batch cannot be taken now. */
  readonly #failure: Promise<never>;
  #fail: (error: MusterError) => void = () => undefined;
  #failed = false;

  constructor(call: UploadCall, options: UploadOptions) {
    this.#call = call;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#failure = new Promise((_, reject) => {
      this.#fail = (error) => {
        this.#failed = true;
        reject(error);
        this.#wake();
      };
    });
  }

  /** Resolves when everything sent is settled; rejects at once where the token ends before. */
  async run(): Promise<void> {
    const grant = await this.#options.tokens.admit(this.#call.metadata, CALLS.upload.scope);
    this.#grant = grant;
    await whileGranted(grant, () => Promise.race([this.#receive(grant), this.#failure]));
  }

  async #receive({ caller, signal }: Grant): Promise<void> {
    for await (const bytes of this.#call) {
      if (signal.aborted || this.#failed) return;
      this.#received++;
      await this.#take(this.#received, decodeMessage<UploadMessage>(UPLOAD_MESSAGE_FIELDS, bytes), caller);
      await this.#until(() => this.#waitingBytes < MAX_WAITING_BYTES);
    }
    await this.#until(() => this.#settled === this.#received);
  }

  async #take(position: number, message: UploadMessage, caller: Caller): Promise<void> {
    try {
      this.#check(message);
      await this.#register(message, caller);
    } catch (thrown) {
      const error = toMusterError(thrown);
      // What may go well another time must not be settled as refused.
      if (error.retryable) throw error;
      this.#settle(position, error.message);
      return;
    }
    const { nodeId, epoch, seq } = message;
    // The message's buffer is its own: nothing else is kept alive by it.
    const { batch } = message;
    const { publisher, gateway, events } = this.#options;
    const settled = (refused: string): void => {
      this.#waitingBytes -= batch.length;
      this.#settle(position, refused);
    };
    this.#waitingBytes += batch.length;
    events.batchTaken(batch.length);
    publisher.offer({
      delivery: { nodeId, epoch, seq, batch, gateway, receivedUs: this.#now() * 1000, skewUs: 0 },
      wanted: () => !this.#over,
      onStored: () => settled(''),
      // What may go well another time must not be settled as refused.
      onRefused: (error) => (error.retryable ? this.#fail(error) : settled(error.message)),
    });
  }

  /** Throws `invalid_argument` and `limit_exceeded`. */
  #check({ nodeId, epoch, seq, batch }: UploadMessage): void {
    // Whoever sends batches has numbered them by node: another text of the same id would be a node of its own.
    if (nodeIdOf(nodeId) !== nodeId)
      throw new MusterError('invalid_argument', `node_id is ${JSON.stringify(nodeId.slice(0, 80))}: ${NODE_ID_RULE}`);
    const hex = Buffer.from(epoch).toString('hex');
    const door = doorOf(hex);
    if (epoch.length !== 16 || (door !== 'import' && door !== 'restore' && door !== 'prometheus')) {
      throw new MusterError(
        'invalid_argument',
        `epoch ${hex.slice(0, 40)} is none of an import: 16 bytes that begin with impt, rstr or prom are needed`,
      );
    }
    if (batch.length > MAX_BATCH_BYTES)
      throw new MusterError('limit_exceeded', `the batch has ${batch.length} bytes, at most ${MAX_BATCH_BYTES} are taken`);
    const key = `${nodeId} ${hex}`;
    const before = this.#numbers.get(key);
    if (seq < 1 || (before !== undefined && seq !== before + 1)) {
      throw new MusterError(
        'invalid_argument',
        `batch ${seq} of node ${nodeId} came after ${before ?? 'nothing'}: numbers follow each other from 1, or from where an import goes on`,
      );
    }
    this.#numbers.set(key, seq);
  }

  async #register(message: UploadMessage, caller: Caller): Promise<void> {
    const { nodeId, labels } = message;
    if (this.#seen.has(nodeId)) return;
    await this.#options.registry.seenAtDoor(nodeId, labels, caller, sourceOf(message.epoch));
    this.#seen.add(nodeId);
    // The directory has to know that samples of it came, or it would be a node that was never seen.
    const heartbeat = { sentUs: this.#now() * 1000, summary: { timeUs: this.#now() * 1000, diskMount: '' } };
    this.#options.sendEphemeral(summarySubject(nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat));
  }

  #settle(position: number, refused: string): void {
    this.#ahead.set(position, refused);
    let ack: UploadAck | undefined;
    for (let words = this.#ahead.get(this.#settled + 1); words !== undefined; words = this.#ahead.get(this.#settled + 1)) {
      this.#settled++;
      this.#ahead.delete(this.#settled);
      ack = { messages: this.#settled, refused: words };
      if (words !== '') this.#write(ack);
    }
    if (ack !== undefined && ack.refused === '') this.#write(ack);
    this.#wake();
  }

  #write(ack: UploadAck): void {
    // After its status nothing can be said on a call: what is stored by then is sent again and stored once.
    if (!this.#over) this.#call.write(encodeMessage(UPLOAD_ACK_FIELDS, ack));
  }

  /** Nothing can be said on the call any more. */
  get #over(): boolean {
    return this.#call.cancelled || this.#failed || this.#grant?.signal.aborted === true;
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#grant?.signal.aborted || this.#failed) return;
      if (this.#call.cancelled) throw new MusterError('cancelled', 'the caller is gone: what was acknowledged is stored');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#call.once('cancelled', resolve);
      });
    }
  }
}

function sourceOf(epoch: Uint8Array): SourceKind {
  return doorOf(Buffer.from(epoch).toString('hex')) === 'prometheus' ? 'extraction' : 'import';
}
