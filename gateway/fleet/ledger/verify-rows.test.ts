// Which rows are compared where tables keep them for less time than the ledger has its own.
import type { NatsConnection } from 'nats';
import { beforeEach, expect, it, vi } from 'vitest';
import { Directory } from '../directory/directory.ts';
import type { TextRow } from '../query/read-database.ts';
import { Verifier } from './verify.ts';

const NOW_MS = Date.UTC(2026, 5, 15, 20);
const HOUR_MS = 3_600_000;
const AGENT = 'ab'.repeat(16);
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(NOW_MS));

interface Batch {
  node?: string;
  epoch?: string;
  hoursAgo: number;
  rows: number;
  /** Rows of it that the tables have no more, or never had; all where it is older than `keptHours`. */
  without?: number;
}

interface Store {
  batches: Batch[];
  keptHours: number;
  /** Of the tables; 0 where files take what is old. */
  ttlHours?: number;
  etlTtlDays?: number;
}

/** An account of a store whose ledger keeps two days. */
function verify({ batches, keptHours, ttlHours = 0, etlTtlDays }: Store) {
  const at = ({ hoursAgo }: Batch): number => (NOW_MS - hoursAgo * HOUR_MS) * 1000;
  const inTables = ({ hoursAgo, rows, without = 0 }: Batch): number => (hoursAgo > keptHours ? 0 : rows - without);
  const time = (us: number): string => new Date(us / 1000).toISOString().replace('T', ' ').replace('Z', '000');
  const groups = (sql: string, keyOf: (batch: Batch) => string): [string[], Batch[]][] => {
    const sinceUs = Number(/cast\((\d+)/.exec(sql)?.[1] ?? 0);
    const found = new Map<string, Batch[]>();
    for (const batch of batches) if (at(batch) >= sinceUs) found.set(keyOf(batch), [...(found.get(keyOf(batch)) ?? []), batch]);
    return [...found].map(([key, some]) => [key.split(' '), some]);
  };
  const byEpoch = ({ node = 'n', epoch = AGENT }: Batch): string => `${node} ${epoch}`;
  const sum = (some: Batch[], of: (batch: Batch) => number = ({ rows }) => rows): string => String(some.reduce((all, b) => all + of(b), 0));
  const rows = async (sql: string): Promise<TextRow[]> => {
    if (sql.startsWith('select table_name from tables()')) return [['deliveries'], ['drops'], ['cpu']];
    if (sql.includes('questdb_columns')) return [['deliveries'], ['cpu']];
    if (sql.startsWith('select ttlValue')) return [['2', 'DAY']];
    if (sql.includes('ttlValue')) return [['cpu', String(ttlHours), 'HOUR']];
    if (sql.includes('table_min_timestamp')) return [['deliveries', time(Math.min(...batches.map(at)))]];
    if (sql.includes('wal_tables') || sql.includes('from drops')) return [];
    if (sql.includes('min(seq)')) {
      return groups(sql, byEpoch).map(([key, { length }]) => {
        const all = batches.filter((batch) => byEpoch(batch) === key.join(' '));
        return [...key, '1', String(length), String(length), String(length), '0', sum(all), time(Math.min(...all.map(at))), '0', sum(all)];
      });
    }
    if (sql.includes('max(seq)')) return groups(sql, byEpoch).map(([key, { length }]) => [...key, String(length)]);
    if (sql.startsWith('select node_id, epoch, sum(rows')) return groups(sql, byEpoch).map(([key, some]) => [...key, sum(some)]);
    if (sql.includes('sum(rows')) return groups(sql, ({ node = 'n' }) => node).map(([key, some]) => [...key, sum(some)]);
    return groups(sql, ({ node = 'n' }) => node).map(([key, some]) => [...key, sum(some, inTables)]);
  };
  const connection = {
    jetstreamManager: async () => ({
      consumers: { info: async () => ({ ack_floor: { stream_seq: 0 }, delivered: { stream_seq: 0 } }) },
      streams: { info: async () => ({ state: { messages: 0, first_seq: 1, last_seq: 0 } }) },
    }),
  } as unknown as NatsConnection;
  const etlStatus = async () => (etlTtlDays === undefined ? undefined : { telemetryTtlDays: etlTtlDays });
  return new Verifier({ connection, database: { rows }, directory: new Directory(() => NOW_MS), etlStatus }).verify({
    nodeId: '',
    waitMs: 1,
  });
}

it('does not miss what left for cold files by the hours of the ETL, though its tables have no time to live', async () => {
  const batches = [14, 11, 8, 2].map((hoursAgo) => ({ hoursAgo, rows: 10 }));
  const cold = { keptHours: 13, etlTtlDays: 0.5 };
  expect(await verify({ ...cold, batches })).toMatchObject({ stored: 4, missingRows: 0, doubled: 0, tableRows: 20, ledgerRows: 20 });
  expect(await verify({ ...cold, batches: [...batches, { hoursAgo: 1, rows: 10, without: 3 }] })).toMatchObject({ missingRows: 3 });
});

const PUSH = `${Buffer.from('push').toString('hex')}${'00'.repeat(12)}`;
const RESTORE = `${Buffer.from('rstr').toString('hex')}${'00'.repeat(12)}`;
const SINCE = { seconds: Date.UTC(2026, 5, 15, 11) / 1000, nanos: 0 };

it('says from when on rows were compared, and nothing of that where all were', async () => {
  const batches = [{ hoursAgo: 8, rows: 10 }];
  const hours = { keptHours: 12, ttlHours: 12 };
  expect(await verify({ ...hours, batches: [...batches, { hoursAgo: 14, rows: 10 }] })).toMatchObject({
    rowsSince: SINCE,
    uncomparedRows: 0,
  });
  const { rowsSince, uncomparedRows } = await verify({ ...hours, batches });
  expect([rowsSince, uncomparedRows]).toEqual([undefined, 0]);
});

it('counts the rows of which it does not know whether tables lack them: those that came by a door', async () => {
  const batches = [
    { hoursAgo: 14, rows: 10 },
    { hoursAgo: 8, rows: 10 },
    { epoch: PUSH, hoursAgo: 6, rows: 7, without: 7 },
    { node: 'm', epoch: PUSH, hoursAgo: 5, rows: 4 },
  ];
  const answer = { missingRows: 0, doubled: 0, rowsSince: SINCE, uncomparedRows: 11 };
  expect(await verify({ keptHours: 12, ttlHours: 12, batches })).toMatchObject(answer);
  // Where tables keep what the ledger keeps they are compared as all others.
  expect(await verify({ keptHours: 48, ttlHours: 48, batches })).toMatchObject({ missingRows: 7, uncomparedRows: 0 });
});

it('takes no restored rows off the rows of agents, which never held them', async () => {
  const batches = [
    { hoursAgo: 14, rows: 10 },
    { hoursAgo: 8, rows: 10, without: 6 },
    { epoch: RESTORE, hoursAgo: 6, rows: 6, without: 6 },
  ];
  expect(await verify({ keptHours: 12, ttlHours: 12, batches })).toMatchObject({ missingRows: 6 });
});
