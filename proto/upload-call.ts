// The client's side of ImportService.Upload: a bounded window of batches that wait for their acknowledgement.
import type { Client, ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { MusterError } from '../core/common/muster-error.ts';
import { UPLOAD_ACK_FIELDS, UPLOAD_MESSAGE_FIELDS, type UploadAck, type UploadMessage } from './gen/messages.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';

const PATH = '/muster.v1.ImportService/Upload';
/** What a message has beside its batch, labels mostly left out. */
const HEAD_BYTES = 512;
const MAX_UNACKNOWLEDGED_BYTES = 24 * 1024 * 1024;
const asItIs = (bytes: Buffer): Buffer => bytes;

export interface UploadCallOptions {
  /** With the bearer token. */
  metadata: Metadata;
  /** What the call ended with, as one sentence. */
  toError(error: ServiceError): MusterError;
  /** Told rows as they become durable. */
  onStored(rows: number): void;
  /** Told each batch that was not taken; where it is left out, the call fails at the first. */
  onRefused?(refusal: { nodeId: string; rows: number; words: string }): void;
}

/** One call. What is unacknowledged when it fails has to be sent again by the next one. */
export class UploadCall {
  readonly #options: UploadCallOptions;
  readonly #stream: ClientDuplexStream<Buffer, Buffer>;
  /** Of the messages under way, in their order. */
  readonly #waiting: { bytes: number; rows: number; nodeId: string }[] = [];
  #waitingBytes = 0;
  #settled = 0;
  #error: MusterError | undefined;
  #refused: string | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(client: Client, options: UploadCallOptions) {
    this.#options = options;
    this.#stream = client.makeBidiStreamRequest(PATH, asItIs, asItIs, options.metadata);
    this.#stream.on('data', (bytes: Buffer) => this.#acknowledged(decodeMessage<UploadAck>(UPLOAD_ACK_FIELDS, bytes)));
    this.#stream.on('error', (error: ServiceError) => this.#fail(options.toError(error)));
    this.#stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#stream.on('drain', () => this.#wake());
  }

  /** Resolves when there is room for more. Throws what ended the call, and `failed_precondition` with the words for a batch that was refused. */
  async send(message: UploadMessage, rows: number): Promise<void> {
    const bytes = encodeMessage(UPLOAD_MESSAGE_FIELDS, message, message.batch.length + HEAD_BYTES);
    this.#waiting.push({ bytes: bytes.length, rows, nodeId: message.nodeId });
    this.#waitingBytes += bytes.length;
    const room = this.#stream.write(bytes);
    await this.#until(() => this.#waitingBytes < MAX_UNACKNOWLEDGED_BYTES && (room || !this.#stream.writableNeedDrain));
  }

  /** Resolves when everything sent is durably stored or refused. Throws as `send`. */
  flush(): Promise<void> {
    return this.#until(() => this.#waiting.length === 0);
  }

  /** Ends the call in order: resolves when the gateway has ended it too. Throws what ended it otherwise. */
  async end(): Promise<void> {
    this.#stream.end();
    await this.#until(() => this.#ended && this.#waiting.length === 0);
  }

  /** Ends the call at once; what waits in it fails. */
  cancel(): void {
    this.#stream.cancel();
  }

  #acknowledged({ messages, refused }: UploadAck): void {
    let rows = 0;
    while (this.#settled < messages) {
      const message = this.#waiting.shift();
      if (message === undefined) break;
      this.#settled++;
      this.#waitingBytes -= message.bytes;
      if (this.#settled < messages || refused === '') rows += message.rows;
      else this.#refuse(message, refused);
    }
    if (rows > 0) this.#options.onStored(rows);
    this.#wake();
  }

  #refuse({ nodeId, rows }: { nodeId: string; rows: number }, words: string): void {
    if (this.#options.onRefused === undefined) this.#refused ??= words;
    else this.#options.onRefused({ nodeId, rows, words });
  }

  #fail(error: MusterError): void {
    this.#error ??= error;
    this.#wake();
  }

  async #until(done: () => boolean): Promise<void> {
    for (;;) {
      if (this.#refused !== undefined) throw new MusterError('failed_precondition', `the gateway refused a batch: ${this.#refused}`);
      if (this.#error !== undefined) throw this.#error;
      if (done()) return;
      if (this.#ended) throw new MusterError('unavailable', 'the gateway ended the upload before everything was acknowledged');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
