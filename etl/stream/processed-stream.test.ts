import { NatsError } from 'nats';
import { afterEach, expect, it, vi } from 'vitest';
import { processedPolicy } from '../../core/node/stream-policy.ts';
import { decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { type BatchAccount, newAccount } from '../telemetry/batch-account.ts';
import { ProcessedStream } from './processed-stream.ts';

afterEach(() => void vi.restoreAllMocks());

const LIMITS = { maxBytes: 1e6, maxAgeHours: 1 };

function account(rows: number, seq = 1): BatchAccount {
  const columns = { measurement: 'cpu', tags: [], series: [[]], fields: ['used'], textFields: [], texts: [] };
  const times = Float64Array.from({ length: rows }, (_, row) => 1_700_000_000_000_000 + row);
  const frame = { ...columns, seriesIndex: new Uint32Array(rows), timeUs: times, values: new Float64Array(rows) };
  const batch = encodeBatch({ epoch: Buffer.alloc(16), seq, createdUs: 1, frames: [frame], events: [], dropped: [] });
  const delivery = { nodeId: 'n', receivedUs: 1, gateway: 'g', batch, epoch: Buffer.alloc(16), seq, skewUs: 0 };
  return { ...newAccount(delivery, false), batch: decodeBatch(batch), rows };
}

function staged() {
  const world = {
    nowMs: 1_000_000,
    /** Of the clock that only grows. */
    steadyMs: 5000,
    fails: undefined as Error | undefined,
    duplicate: false,
    ids: [] as (string | undefined)[],
    failures: [] as number[],
    missed: 0,
    ensured: 0,
  };
  vi.spyOn(performance, 'now').mockImplementation(() => world.steadyMs);
  const nc = {
    info: { max_payload: 1_048_576 },
    jetstreamManager: async () => {
      world.ensured++;
      return { streams: { info: async () => ({ config: { ...processedPolicy(LIMITS).wanted } }) } };
    },
    jetstream: () => ({
      publish: async (_: string, __: Uint8Array, { msgID }: { msgID?: string }) => {
        world.ids.push(msgID);
        if (world.fails !== undefined) {
          world.steadyMs += 2900;
          throw world.fails;
        }
        return { duplicate: world.duplicate };
      },
    }),
  };
  const stream = new ProcessedStream({
    ...{ nc: nc as never, limits: LIMITS, now: () => world.nowMs, patienceMs: 3000 },
    events: {
      processedPublished: () => undefined,
      processedMissed: (rows) => {
        world.missed += rows;
      },
      processedFailed: (_, pauseMs) => world.failures.push(pauseMs),
    },
  });
  return { world, stream };
}

it('counts what the stream took, once however often it comes', async () => {
  const { world, stream } = staged();
  await stream.publish([account(3), Object.assign(account(9), { problem: 'set aside' })]);
  world.duplicate = true;
  await stream.publish([account(3)]);
  expect(stream.figures).toEqual({ messages: 1, rows: 3, missedRows: 0 });
  expect(new Set(world.ids).size).toBe(1);
  expect(world.ensured).toBe(1);
  expect(stream.problems).toEqual([]);
});

it('gives a cycle up when the patience is over, asks no more for a while, and names what the stream may lack', async () => {
  const { world, stream } = staged();
  world.fails = new NatsError('no responders', '503');
  await stream.publish([account(3)]);
  expect(world.failures).toEqual([10_000]);
  const asked = world.ids.length;
  await stream.publish([account(2, 2)]);
  expect(world.ids).toHaveLength(asked);
  expect(world.missed).toBe(5);
  expect(stream.figures).toMatchObject({ messages: 0, missedRows: 5, missedMs: world.nowMs });
  expect(stream.problems).toEqual([
    expect.stringMatching(
      /^the stream muster_processed may lack 5 rows that were stored since the ETL started, the last at .*: no responders$/,
    ),
  ]);
  world.steadyMs += 10_000;
  await stream.publish([account(1, 3)]);
  expect(world.failures).toEqual([10_000, 20_000]);
  world.fails = undefined;
  world.steadyMs += 20_000;
  await stream.publish([account(4, 4)]);
  expect(stream.figures).toMatchObject({ messages: 1, rows: 4, missedRows: 6 });
  world.nowMs += 10 * 60_000 + 1;
  expect(stream.problems).toEqual([]);
  expect(stream.figures.missedRows).toBe(6);
});

it('counts a message that is too large and goes on with the others', async () => {
  const { world, stream } = staged();
  world.fails = new NatsError('max payload', 'MAX_PAYLOAD_EXCEEDED');
  await stream.publish([account(3)]);
  world.fails = undefined;
  await stream.publish([account(2, 2)]);
  expect(stream.figures).toMatchObject({ messages: 1, rows: 2, missedRows: 3 });
  expect(world.failures).toEqual([]);
});

it.each([-86_400_000, 86_400_000])('waits by no clock that is set (%d ms)', async (setMs) => {
  const { world, stream } = staged();
  world.fails = new NatsError('no responders', '503');
  const publish = stream.publish([account(3)]);
  world.nowMs += setMs;
  await publish;
  expect([world.failures, stream.figures.missedMs]).toEqual([[10_000], world.nowMs]);
  const asked = world.ids.length;
  world.fails = undefined;
  world.steadyMs += 9999;
  await stream.publish([account(1, 2)]);
  expect(world.ids).toHaveLength(asked);
  world.nowMs -= 2 * setMs;
  world.steadyMs += 1;
  await stream.publish([account(1, 3)]);
  expect(stream.figures).toMatchObject({ messages: 1, missedRows: 4 });
});
