import { expect, it } from 'vitest';
import { NEEDED_PAYLOAD_BYTES } from '../../../core/common/batch-size.ts';
import { payloadProblems } from './payload-problems.ts';

it('says that a node waits with all it has behind a batch that nats-server does not take', () => {
  expect(payloadProblems(65_536)).toEqual([
    `nats-server takes messages of 65536 bytes: larger batches wait, and their nodes with all that they have to send; set its max_payload to ${NEEDED_PAYLOAD_BYTES}`,
  ]);
  expect([payloadProblems(NEEDED_PAYLOAD_BYTES), payloadProblems(undefined)]).toEqual([[], []]);
});
