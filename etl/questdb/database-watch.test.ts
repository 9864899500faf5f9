import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { EtlEvents } from '../events.ts';
import { APPLY_LAG_LIMITS } from './apply-lag.ts';
import { DatabaseWatch } from './database-watch.ts';
import type { QuestdbHttp } from './questdb-http.ts';

const NOW_MS = Date.UTC(2026, 0, 10);
beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A database whose answers can be changed, and what was told of it. */
function staged() {
  const database = {
    started: 'monday',
    mode: 'sync' as string | undefined,
    suspended: [] as unknown[][],
    lag: [] as unknown[][],
    pending: [[0]] as unknown[][] | Error,
    /** What every statement fails with. */
    failure: undefined as Error | undefined,
    resumeFails: false,
    altered: [] as { atMs: number; statement: string }[],
  };
  const sql = async (statement: string): Promise<unknown[][]> => {
    if (database.failure !== undefined) throw database.failure;
    if (statement.includes('pg_postmaster_start_time')) return [[database.started]];
    if (statement.includes('cairo.commit.mode')) return database.mode === undefined ? [] : [[database.mode]];
    if (statement.includes('WHERE suspended')) return database.suspended;
    if (statement.includes('sequencerTxn - writerTxn')) return database.lag;
    if (statement.includes('wal_pending_row_count')) {
      if (database.pending instanceof Error) throw database.pending;
      return database.pending;
    }
    database.altered.push({ atMs: Date.now() - NOW_MS, statement });
    if (database.resumeFails) throw new MusterError('failed_precondition', 'still broken');
    return [];
  };
  const told: string[] = [];
  const tell =
    (what: string) =>
    (...args: unknown[]): void =>
      void told.push([what, ...args.map((arg) => (arg instanceof Error ? arg.message : String(arg)))].join(' '));
  const events = {
    ...{ notDurable: tell('notDurable'), databaseRestarted: tell('restarted'), tableSuspended: tell('suspended') },
    ...{ tableResumed: tell('resumed'), heldBack: tell('heldBack'), retried: tell('retried') },
  } as unknown as EtlEvents;
  return { database, told, watch: new DatabaseWatch({ sql } as unknown as QuestdbHttp, events) };
}

test('a database that commits to disk is no news, one that does not is', async () => {
  const sync = staged();
  await sync.watch.start();
  expect([sync.watch.commitMode, sync.watch.restarts, sync.told]).toEqual(['sync', 0, []]);
  await sync.watch.stop();
  const nosync = staged();
  nosync.database.mode = 'nosync';
  await nosync.watch.start();
  expect([nosync.watch.commitMode, nosync.told]).toEqual(['nosync', ['notDurable nosync']]);
  await nosync.watch.stop();
  const unknown = staged();
  unknown.database.mode = undefined;
  await unknown.watch.start();
  expect(unknown.watch.commitMode).toBe('unknown');
  await unknown.watch.stop();
});

test('a restart is counted once, and what it changed is read anew', async () => {
  const { database, told, watch } = staged();
  await watch.start();
  database.started = 'tuesday';
  database.mode = 'async';
  await vi.advanceTimersByTimeAsync(9000);
  expect([watch.restarts, watch.commitMode, told]).toEqual([1, 'async', ['restarted tuesday']]);
  await watch.stop();
});

test('a start without a database fails; one that goes away later is a problem until it is back', async () => {
  const { database, told, watch } = staged();
  database.failure = new Error('refused');
  await expect(watch.start()).rejects.toThrow('refused');
  database.failure = undefined;
  await watch.start();
  expect(watch.problem).toBe('');
  database.failure = new Error('refused again');
  await vi.advanceTimersByTimeAsync(3000);
  expect([watch.problem, told]).toEqual(['refused again', ['retried watch refused again']]);
  database.failure = undefined;
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.problem).toBe('');
  await watch.stop();
});

test('it looks every three seconds, and no more once it is stopped', async () => {
  const { database, watch } = staged();
  await watch.start();
  database.failure = new Error('away');
  await vi.advanceTimersByTimeAsync(2999);
  expect(watch.problem).toBe('');
  await vi.advanceTimersByTimeAsync(1);
  expect(watch.problem).toBe('away');
  await watch.stop();
  database.failure = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(watch.problem).toBe('away');
});

test('a suspended table is told once with the words, is asked to resume ever less often, and is told again when it works', async () => {
  const { database, told, watch } = staged();
  database.suspended = [['cpu', 'DISK_FULL', 'no space']];
  database.resumeFails = true;
  await watch.start();
  expect(told).toEqual(['suspended cpu DISK_FULL: no space']);
  const first = { table: 'cpu', error: 'DISK_FULL: no space', sinceMs: NOW_MS, attempts: 0, nextResumeMs: NOW_MS + 5000 };
  expect(watch.suspended).toEqual([first]);
  database.suspended = [['cpu', '', 'still no space']];
  await vi.advanceTimersByTimeAsync(40_000);
  // Looks come every 3 s: the one at or after 5 s, then 10 s and 20 s later.
  expect(database.altered).toEqual([6, 18, 39].map((s) => ({ atMs: s * 1000, statement: 'ALTER TABLE "cpu" RESUME WAL' })));
  expect(watch.suspended).toEqual([{ ...first, error: 'still no space', attempts: 3, nextResumeMs: NOW_MS + 39_000 + 40_000 }]);
  expect(told.slice(1)).toEqual(['retried resume still broken', 'retried resume still broken', 'retried resume still broken']);
  database.suspended = [];
  await vi.advanceTimersByTimeAsync(3000);
  expect([watch.suspended, told.at(-1)]).toEqual([[], 'resumed cpu']);
  await watch.stop();
});

test('between two tries there are five minutes at most', async () => {
  const { database, watch } = staged();
  database.suspended = [['cpu', 'a', 'b']];
  await watch.start();
  await vi.advanceTimersByTimeAsync(3_600_000);
  const times = database.altered.map(({ atMs }) => atMs);
  expect(Math.max(...times.slice(1).map((atMs, i) => atMs - (times[i] as number)))).toBe(300_000);
  await watch.stop();
});

test('a roll-up is resumed as the view that it is', async () => {
  const { database, watch } = staged();
  database.suspended = [['cpu_1m', 'a', 'b']];
  await watch.start();
  await vi.advanceTimersByTimeAsync(6000);
  expect(database.altered.map(({ statement }) => statement)).toEqual(['ALTER MATERIALIZED VIEW "cpu_1m" RESUME WAL']);
  await watch.stop();
});

test('what is told of suspended tables is a copy', async () => {
  const { database, watch } = staged();
  database.suspended = [['cpu', 'a', 'b']];
  await watch.start();
  (watch.suspended[0] as { error: string }).error = 'mine';
  expect(watch.suspended[0]?.error).toBe('a: b');
  await watch.stop();
});

test('a database that is too far behind is given no more, which is told once, and a stop lets everybody through', async () => {
  const { database, told, watch } = staged();
  await watch.start();
  database.lag = [['cpu', APPLY_LAG_LIMITS.transactions]];
  await vi.advanceTimersByTimeAsync(3000);
  expect(watch.lag.problem).toBe('');
  database.lag = [['cpu', APPLY_LAG_LIMITS.transactions + 1]];
  await vi.advanceTimersByTimeAsync(9000);
  expect(watch.lag.problem).toContain('501 transactions of cpu');
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('heldBack QuestDB is behind');
  let through = false;
  const waiting = watch.lag.room().then(() => (through = true));
  await vi.advanceTimersByTimeAsync(3000);
  expect(through).toBe(false);
  await watch.stop();
  await waiting;
  expect([through, watch.lag.problem]).toEqual([true, '']);
});

test('a roll-up that is behind holds nobody up', async () => {
  const { database, watch } = staged();
  database.lag = [['cpu_1m', 100_000]];
  await watch.start();
  expect(watch.lag.problem).toBe('');
  await watch.stop();
});

test('rows that wait count, where the database counts them', async () => {
  const { database, watch } = staged();
  const looked = async (pending: unknown[][] | Error): Promise<string> => {
    database.pending = pending;
    await vi.advanceTimersByTimeAsync(3000);
    return watch.lag.problem;
  };
  await watch.start();
  expect(await looked([[APPLY_LAG_LIMITS.rows + 1]])).toContain(`${APPLY_LAG_LIMITS.rows + 1} rows`);
  expect(await looked([[null]])).toBe('');
  expect(await looked([])).toBe('');
  expect(await looked(new MusterError('failed_precondition', 'no such column'))).toBe('');
  expect(watch.problem).toBe('');
  await looked(new MusterError('unavailable', 'it is away'));
  expect(watch.problem).toBe('it is away');
  await watch.stop();
});
