import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PART_KINDS } from '../core/common/state-events.ts';
import type { EtlStatus } from '../core/common/streams.ts';
import type { EtlEvents } from './events.ts';
import type { PipelineFigures } from './pipeline.ts';
import type { DatabaseWatch } from './questdb/database-watch.ts';
import { StatusReporter } from './status.ts';
import type { StreamKeeper } from './stream/stream-keeper.ts';

const disk = vi.hoisted(() => ({ free: 50, asked: [] as string[], failure: undefined as Error | undefined }));
vi.mock('node:fs/promises', () => ({
  statfs: async (folder: string) => {
    disk.asked.push(folder);
    if (disk.failure !== undefined) throw disk.failure;
    return { bavail: disk.free, blocks: 1000, bsize: 1e6 };
  },
}));
const NOW_MS = Date.UTC(2026, 0, 10);
beforeEach(() => {
  Object.assign(disk, { free: 50, asked: [], failure: undefined });
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

function staged(storeDir = '/store') {
  const said: EtlStatus[] = [];
  const retried: string[] = [];
  const figures: PipelineFigures = { rowsStored: 0, messagesStored: 0, newestStoredUs: 0 };
  const watch = { suspended: [] as { table: string; error: string }[], problem: '', commitMode: 'sync' };
  const keeper = { storedFloor: 5 };
  const others: string[] = [];
  const bucket = { failure: undefined as Error | undefined };
  const subjects: Record<string, number> = {};
  const put = async (key: string, value: string): Promise<void> => {
    if (bucket.failure !== undefined) throw bucket.failure;
    expect(key).toBe('etl');
    said.push(JSON.parse(value) as EtlStatus);
  };
  const reporter = new StatusReporter(
    {
      jetstream: () => ({ views: { kv: async () => ({ put }) } }),
      jetstreamManager: async () => ({
        streams: { info: async () => ({ state: Object.keys(subjects).length === 0 ? {} : { subjects } }) },
      }),
    } as unknown as NatsConnection,
    figures,
    watch as unknown as DatabaseWatch,
    keeper as unknown as StreamKeeper,
    { retried: (what: string, error: Error) => void retried.push(`${what}: ${error.message}`) } as unknown as EtlEvents,
    () => others,
    storeDir,
    30,
  );
  const last = (): EtlStatus => said.at(-1) as EtlStatus;
  return { reporter, said, last, retried, figures, watch, keeper, others, bucket, subjects };
}

test('it says at the start what there is', async () => {
  const { reporter, said, subjects } = staged();
  subjects['muster.dead.bad_name'] = 3;
  await reporter.start();
  expect(said).toEqual([
    {
      ...{ timeMs: NOW_MS, rowsStored: 0, rowsPerSecond: 0, newestStoredUs: 0, storedFloor: 5, deadLetters: { bad_name: 3 } },
      ...{
        suspendedTables: [],
        problems: [],
        commitMode: 'sync',
        telemetryTtlDays: 30,
        eventKinds: PART_KINDS,
        disk: { freeBytes: 50e6, totalBytes: 1e9 },
      },
      process: expect.objectContaining({ rssBytes: expect.any(Number) }),
    },
  ]);
  await reporter.stop();
});

test('it says a change at the next look, and without one speaks every two seconds', async () => {
  const { reporter, said, last, figures } = staged();
  await reporter.start();
  await vi.advanceTimersByTimeAsync(1500);
  expect(said).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(said).toHaveLength(2);
  figures.newestStoredUs = 7;
  await vi.advanceTimersByTimeAsync(500);
  expect([said.length, last().newestStoredUs]).toEqual([3, 7]);
  await reporter.stop();
  figures.newestStoredUs = 8;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said).toHaveLength(3);
});

test('rows a second are over the last ten seconds', async () => {
  const { reporter, last, figures } = staged();
  await reporter.start();
  for (let i = 0; i < 20; i++) {
    figures.rowsStored += 50;
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(last()).toMatchObject({ rowsPerSecond: 100, rowsStored: 1000 });
  await vi.advanceTimersByTimeAsync(5000);
  expect(last().rowsPerSecond).toBe(50);
  await vi.advanceTimersByTimeAsync(7000);
  expect(last().rowsPerSecond).toBe(0);
  await reporter.stop();
});

test('what was not measured yet is left out', async () => {
  const { reporter, last, figures } = staged();
  await reporter.start();
  expect(last()).not.toHaveProperty('rowsPerMessage');
  expect(last()).not.toHaveProperty('lastFlushRows');
  Object.assign(figures, { rowsStored: 30, messagesStored: 4, lastFlushRows: 9 });
  await vi.advanceTimersByTimeAsync(500);
  expect(last()).toMatchObject({ rowsPerMessage: 7.5, lastFlushRows: 9 });
  await reporter.stop();
});

test('cost and disk are looked at every ten seconds', async () => {
  const { reporter, last } = staged();
  await reporter.start();
  disk.free = 40;
  await vi.advanceTimersByTimeAsync(9500);
  expect([disk.asked, last().disk?.freeBytes]).toEqual([['/store'], 50e6]);
  await vi.advanceTimersByTimeAsync(500);
  expect([disk.asked.length, last().disk?.freeBytes]).toEqual([2, 40e6]);
  await reporter.stop();
});

test('a store on another machine has no disk to look at', async () => {
  const { reporter, last } = staged('');
  await reporter.start();
  expect([disk.asked, last().disk, last().process]).toEqual([[], undefined, expect.anything()]);
  await reporter.stop();
});

test('a disk that cannot be read is told, and what was known of it is not', async () => {
  const { reporter, last, retried } = staged();
  await reporter.start();
  disk.failure = new Error('no such folder');
  await vi.advanceTimersByTimeAsync(10_000);
  expect([last().disk, retried]).toEqual([undefined, ['disk of the store: no such folder']]);
  await reporter.stop();
});

test.each([
  [50, []],
  [49, ['the disk of the store has 49 MB left: QuestDB suspends its tables when it is full']],
])('of a disk of 1000 MB %i are left', async (free, problems) => {
  disk.free = free;
  const { reporter, last } = staged();
  await reporter.start();
  expect(last().problems).toEqual(problems);
  await reporter.stop();
});

test('what is wrong is said: suspended tables, the database, its commit mode, and what others say', async () => {
  const { reporter, last, watch, others } = staged();
  await reporter.start();
  watch.suspended.push({ table: 'cpu', error: 'full' });
  watch.problem = 'QuestDB does not answer';
  watch.commitMode = 'nosync';
  others.push('the tiers of cpu');
  await vi.advanceTimersByTimeAsync(500);
  expect(last().problems).toEqual([
    ...['QuestDB suspended the table cpu: full', 'QuestDB does not answer'],
    ...['QuestDB acknowledges what is not on disk: set cairo.commit.mode=sync in its server.conf', 'the tiers of cpu'],
  ]);
  expect(last().suspendedTables).toEqual([{ table: 'cpu', error: 'full' }]);
  watch.commitMode = 'async';
  watch.problem = '';
  await vi.advanceTimersByTimeAsync(500);
  expect(last().problems).toEqual(['QuestDB suspended the table cpu: full', 'the tiers of cpu']);
  await reporter.stop();
});

test('a bucket that does not take it is told, and the same is said again', async () => {
  const { reporter, said, last, retried, figures, bucket } = staged();
  await reporter.start();
  bucket.failure = new Error('no answer');
  figures.newestStoredUs = 7;
  await vi.advanceTimersByTimeAsync(500);
  expect([said.length, retried]).toEqual([1, ['status: no answer']]);
  bucket.failure = undefined;
  await vi.advanceTimersByTimeAsync(500);
  expect([said.length, last().newestStoredUs]).toEqual([2, 7]);
  await reporter.stop();
  const failing = staged();
  failing.bucket.failure = new Error('no answer');
  await expect(failing.reporter.start()).rejects.toThrow('no answer');
});
