// Whether nats-server takes messages as large as batches may be. Its setting may change while a gateway runs.
import { NEEDED_PAYLOAD_BYTES } from '../../../core/common/batch-size.ts';

/** `maxPayload` as the server said last; undefined while that is not known. */
export function payloadProblems(maxPayload: number | undefined): string[] {
  if (maxPayload === undefined || maxPayload >= NEEDED_PAYLOAD_BYTES) return [];
  return [
    `nats-server takes messages of ${maxPayload} bytes: larger batches wait, and their nodes with all that they have to send; set its max_payload to ${NEEDED_PAYLOAD_BYTES}`,
  ];
}
