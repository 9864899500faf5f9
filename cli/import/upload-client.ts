// A connection of its own for one upload, as `muster import` makes it.
import type { Client } from '@grpc/grpc-js';
import type { UploadMessage } from '../../proto/gen/messages.ts';
import { CALLS } from '../../proto/gen/services.ts';
import { UploadCall } from '../../proto/upload-call.ts';
import { assertMayChange, type FleetTarget, openTarget, toFleetError } from '../fleet/open-fleet.ts';

/** One call. What is unacknowledged when it fails has to be sent again by the next one. */
export class UploadClient {
  readonly #client: Client;
  readonly #call: UploadCall;

  /** `onStored` is told rows as they become durable. Throws `permission_denied` where the context is read-only. */
  constructor(target: FleetTarget, onStored: (rows: number) => void) {
    assertMayChange(target, CALLS.upload.change);
    const { client, metadata } = openTarget(target);
    this.#client = client;
    this.#call = new UploadCall(client, { metadata, onStored, toError: (error) => toFleetError(error, target) });
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
