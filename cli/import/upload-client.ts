// A connection of its own for one upload, as `muster import` makes it.
import { readFileSync } from 'node:fs';
import { Client, Metadata } from '@grpc/grpc-js';
import { channelTls } from '../../core/node/channel-credentials.ts';
import type { UploadMessage } from '../../proto/gen/messages.ts';
import { UploadCall } from '../../proto/upload-call.ts';
import { type FleetTarget, toFleetError } from '../fleet/fleet-client.ts';
import { assertMayChange } from '../fleet/read-only.ts';

/** One call. What is unacknowledged when it fails has to be sent again by the next one. */
export class UploadClient {
  readonly #client: Client;
  readonly #call: UploadCall;

  /** `onStored` is told rows as they become durable. Throws `permission_denied` where the context is read-only. */
  constructor(target: FleetTarget, onStored: (rows: number) => void) {
    assertMayChange(target, 'an import');
    const tls = channelTls(target.gateway, readFileSync(target.caFile));
    this.#client = new Client(target.gateway, tls.credentials, { ...tls.options, 'grpc.enable_retries': 0 });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${readFileSync(target.tokenFile, 'utf8').trim()}`);
    this.#call = new UploadCall(this.#client, { metadata, onStored, toError: (error) => toFleetError(error, target) });
  }

  /** Resolves when there is room for more. Throws what ended the call, and `failed_precondition` with the words for a batch that was refused. */
  send(message: UploadMessage, rows: number): Promise<void> {
    return this.#call.send(message, rows);
  }

  /** Resolves when everything sent is durably stored. Throws as `send`. */
  flush(): Promise<void> {
    return this.#call.flush();
  }

  async close(): Promise<void> {
    // What ended the call before was thrown by `send` or `flush`.
    await this.#call.end().catch(() => undefined);
    this.#client.close();
  }
}
