import { PassThrough } from 'node:stream';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, it, vi } from 'vitest';
import { doorEpoch } from '../../core/common/door-epoch.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { UPLOAD_ACK_FIELDS, UPLOAD_MESSAGE_FIELDS, type UploadAck } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { Upload } from '../publisher/lane.ts';
import { createUploadHandler, type UploadCall } from './upload.ts';

const EPOCH = doorEpoch('import', Buffer.alloc(12));

/** One call over a publisher that takes what it is told to take. */
function stage() {
  const offered: Upload[] = [];
  const acks: UploadAck[] = [];
  const ends: { code: number; details: string }[] = [];
  const requests = new PassThrough({ objectMode: true });
  const released = vi.fn();
  const grant = {
    caller: { tokenId: 't', name: 't', scopes: ['push' as const], labels: {} },
    signal: new AbortController().signal,
    release: released,
  };
  const call = {
    ...{ metadata: new Metadata(), cancelled: false, on: () => call, once: () => call, end: () => requests.end() },
    write: (bytes: Buffer) => acks.push(decodeMessage<UploadAck>(UPLOAD_ACK_FIELDS, bytes)) > 0,
    emit: (_: string, error: { code: number; details: string }) => ends.push(error) > 0,
    [Symbol.asyncIterator]: () => requests[Symbol.asyncIterator](),
  };
  const handle = createUploadHandler({
    ...{ gateway: 'g', publisher: { offer: (upload) => void offered.push(upload) }, registry: { seenAtDoor: async () => undefined } },
    ...{ tokens: { admit: async () => grant }, sendEphemeral: () => undefined },
    events: { callFailed: () => undefined, batchTaken: () => undefined },
  });
  handle(call as unknown as UploadCall);
  const send = (seq: number): void => {
    requests.write(encodeMessage(UPLOAD_MESSAGE_FIELDS, { nodeId: 'n', labels: {}, epoch: EPOCH, seq, batch: Buffer.alloc(9) }));
  };
  return { offered, acks, ends, released, send };
}

it('ends the call at once where a batch cannot be taken now, and settles it neither as stored nor as refused', async () => {
  const { offered, acks, ends, released, send } = stage();
  send(1);
  send(2);
  await vi.waitFor(() => expect(offered).toHaveLength(2), 20_000);
  offered[0]?.onStored();
  expect(offered[1]?.wanted?.()).toBe(true);
  offered[1]?.onRefused(new MusterError('unavailable', 'too much waits'));
  await vi.waitFor(() => expect(ends).toMatchObject([{ code: status.UNAVAILABLE }]), 20_000);
  expect(acks).toMatchObject([{ messages: 1, refused: '' }]);
  expect([offered[1]?.wanted?.(), released.mock.calls.length]).toEqual([false, 1]);
  offered[1]?.onStored();
  expect(acks).toHaveLength(1);
});
