// The client's side of ImportService.Upload: a bounded window of batches that wait for their acknowledgement.
import { readFileSync } from 'node:fs';
import { Client, type ClientDuplexStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';
import { UPLOAD_ACK_FIELDS, UPLOAD_MESSAGE_FIELDS, type UploadAck, type UploadMessage } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { type FleetTarget, toFleetError } from '../fleet/fleet-client.ts';

const PATH = '/muster.v1.ImportService/Upload';
const MAX_UNACKNOWLEDGED_BYTES = 24 * 1024 * 1024;
const asItIs = (bytes: Buffer): Buffer => bytes;

/** One call. What is unacknowledged when it fails has to be sent again by the next one. */
export class UploadClient {
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Buffer, Buffer>;
  readonly #onStored: (rows: number) => void;
  /** Of the messages under way, in their order. */
  readonly #waiting: { bytes: number; rows: number }[] = [];
  #waitingBytes = 0;
  #settled = 0;
  #error: MusterError | undefined;
  #refused: string | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  /** `onStored` is told rows as they become durable. */
  constructor(target: FleetTarget, onStored: (rows: number) => void) {
    const tls = channelTls(target.gateway, readFileSync(target.caFile));
    this.#onStored = onStored;
    this.#client = new Client(target.gateway, tls.credentials, { ...tls.options, 'grpc.enable_retries': 0 });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${readFileSync(target.tokenFile, 'utf8').trim()}`);
    this.#stream = this.#client.makeBidiStreamRequest(PATH, asItIs, asItIs, metadata);
    this.#stream.on('data', (bytes: Buffer) => this.#acknowledged(decodeMessage<UploadAck>(UPLOAD_ACK_FIELDS, bytes)));
    this.#stream.on('error', (error: ServiceError) => this.#fail(toFleetError(error, target)));
    this.#stream.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#stream.on('drain', () => this.#wake());
  }

  /** Resolves when there is room for more. Throws what ended the call, and `failed_precondition` with the words for a batch that was refused. */
  async send(message: UploadMessage, rows: number): Promise<void> {
    const bytes = encodeMessage(UPLOAD_MESSAGE_FIELDS, message);
    this.#waiting.push({ bytes: bytes.length, rows });
    this.#waitingBytes += bytes.length;
    const room = this.#stream.write(bytes);
    await this.#until(() => this.#waitingBytes < MAX_UNACKNOWLEDGED_BYTES && (room || !this.#stream.writableNeedDrain));
  }

  /** Resolves when everything sent is durably stored. Throws as `send`. */
  flush(): Promise<void> {
    return this.#until(() => this.#waiting.length === 0);
  }

  async close(): Promise<void> {
    this.#stream.end();
    if (this.#error === undefined) await this.#until(() => this.#ended).catch(() => undefined);
    this.#client.close();
  }

  #acknowledged({ messages, refused }: UploadAck): void {
    let rows = 0;
    while (this.#settled < messages) {
      const message = this.#waiting.shift();
      if (message === undefined) break;
      this.#settled++;
      this.#waitingBytes -= message.bytes;
      if (this.#settled < messages || refused === '') rows += message.rows;
    }
    if (refused !== '') this.#refused ??= refused;
    if (rows > 0) this.#onStored(rows);
    this.#wake();
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
