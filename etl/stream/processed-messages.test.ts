import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { type BatchAccount, leaveOut, newAccount } from '../telemetry/batch-account.ts';
import { processedMessages } from './processed-messages.ts';

const TIME_US = 1_700_000_000_000_001;

function frame(values: number[], more: Partial<FrameColumns> = {}): FrameColumns {
  return {
    ...{ measurement: 'disk', tags: ['device', 'mount'], series: [['sda', '']], fields: ['used'], textFields: [], texts: [] },
    seriesIndex: new Uint32Array(values.length),
    timeUs: Float64Array.from(values, (_, row) => TIME_US + row),
    values: Float64Array.from(values),
    ...more,
  };
}

function account(...frames: FrameColumns[]): BatchAccount {
  const epoch = Buffer.alloc(16, 7);
  const encoded = encodeBatch({ epoch, seq: 5, createdUs: TIME_US, frames, events: [], dropped: [] });
  const delivery = { nodeId: '10.0.0.7', receivedUs: TIME_US, gateway: 'g', batch: encoded, epoch, seq: 5, skewUs: 0 };
  return { ...newAccount(delivery, false), batch: decodeBatch(encoded) };
}

function read(accounts: readonly BatchAccount[], maxBytes = 1_000_000) {
  return [...processedMessages(accounts, maxBytes)].map(({ bytes, ...rest }) => ({
    ...rest,
    size: bytes?.length,
    body: bytes === undefined ? undefined : JSON.parse(bytes.toString()),
  }));
}

it('says node, batch and rows by name: a value, tag or text that is absent is not there', () => {
  const texts = { textFields: ['note'], texts: ['a "b"\n', ''], absentTexts: Uint8Array.of(2) };
  const [message, ...others] = read([account(frame([-0, Number.NaN], texts))]);
  expect(others).toEqual([]);
  expect(message).toMatchObject({ subject: 'muster.processed.10=2e0=2e0=2e7.disk', id: `10.0.0.7/${'07'.repeat(16)}/5/0/0`, rows: 2 });
  expect(message?.body).toEqual({
    ...{ node_id: '10.0.0.7', measurement: 'disk', epoch: '07'.repeat(16), seq: 5 },
    rows: [
      { timestamp: '2023-11-14T22:13:20.000001Z', device: 'sda', used: 0, note: 'a "b"\n' },
      { timestamp: '2023-11-14T22:13:20.000002Z', device: 'sda' },
    ],
  });
});

it('cuts a frame so that no message is larger than the server takes, at the same rows each time', () => {
  const batch = account(frame(Array.from({ length: 500 }, (_, i) => i / 3)));
  const messages = read([batch], 4096);
  expect(messages.length).toBeGreaterThan(3);
  for (const { size } of messages) expect(size).toBeLessThanOrEqual(4096);
  expect(messages.flatMap(({ body }) => body.rows.map(({ used }: { used: number }) => used))).toEqual([
    ...(batch.batch?.frames[0]?.values ?? []),
  ]);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  expect(read([batch], 4096)).toEqual(messages);
});

it('keeps frames of one measurement apart, and gives a row that fits no message without its bytes', () => {
  const large = frame([1, 2], { measurement: 'disk', textFields: ['note'], texts: ['x'.repeat(9000), 'y'] });
  const messages = read([account(frame([0]), large)], 8192);
  expect(messages.map(({ rows, body }) => [rows, body?.rows.length])).toEqual([
    [1, 1],
    [1, undefined],
    [1, 1],
  ]);
  expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
});

it('leaves out what is not stored: rows that were set aside, and whole batches', () => {
  const some = account(frame([1, 2, 3]), frame([4]));
  const [first, second] = some.batch?.frames ?? [];
  if (first === undefined || second === undefined) throw new Error('the batch has two frames');
  leaveOut(some, first, 1);
  leaveOut(some, second, 0);
  const [message, ...others] = read([some, Object.assign(account(frame([9])), { problem: 'node_cap: …' })]);
  expect(others).toEqual([]);
  expect(message?.body.rows.map(({ used }: { used: number }) => used)).toEqual([1, 3]);
});
