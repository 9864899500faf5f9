import type { NatsConnection } from 'nats';
import { beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { PresenceEntry } from '../../../core/common/streams.ts';
import { encodeBatch, encodeEnvelope } from '../../../proto/batch-codec.ts';
import type { Heartbeat } from '../../../proto/gen/messages.ts';
import { Directory } from '../directory/directory.ts';
import type { ReadDatabase, TextRow } from '../query/read-database.ts';
import { countKinds, Verifier } from './verify.ts';

const clock = vi.hoisted(() => ({ ms: 0, waits: 0, onWait: () => undefined as unknown }));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    clock.ms += ms;
    clock.waits++;
    clock.onWait();
  },
}));
const NOW_MS = Date.UTC(2026, 5, 15, 12);
beforeEach(() => {
  Object.assign(clock, { ms: NOW_MS, waits: 0, onWait: () => undefined });
  vi.spyOn(Date, 'now').mockImplementation(() => clock.ms);
});

const AGENT = 'ab'.repeat(16);
/** The hexadecimal of the word of a door, and zeros. */
const door = (word: string): string => Buffer.from(word).toString('hex').padEnd(32, '0');

interface LedgerSum {
  node?: string;
  epoch?: string;
  first?: number;
  last: number;
  rows?: number;
  numbers?: number;
  bad?: number;
  /** Rows in the tables by these batches. */
  sum: number;
  /** Of these, rows that met none of another batch. */
  own?: number;
  uncompared?: number;
  oldest?: string;
}

interface Look {
  ledger?: LedgerSum[];
  /** Rows in the table, by node. */
  counted?: Record<string, number>;
  /** Neighbours in the ledger that do not follow each other: node, epoch, before, seq. */
  breaks?: TextRow[];
  drops?: TextRow[];
  inStream?: { node?: string; epoch?: string; seq: number }[];
  /** Of `inStream`, the messages that the ETL was given. */
  handedOut?: number;
  spools?: { node?: string; oldest: number; next: number; connected?: boolean }[];
  ttlDays?: number;
  oldestRow?: string;
}

const text = (value: number): string => String(value);

/** A fleet that looks like this at the start, and then, one after the other, at each look; the last stays. */
function fleet(...looks: Look[]) {
  let at = -1;
  const asked: string[] = [];
  /** So many questions the database does not answer. */
  const away = { questions: 0, error: new Error('the database is away') as Error };
  const directory = new Directory(() => clock.ms);
  const next = (): void => {
    at = Math.min(at + 1, looks.length - 1);
    for (const { node = 'n', oldest, next, connected = false } of looks[at]?.spools ?? []) {
      directory.applyEntry(node, { info: { agentVersion: '' }, enrolledMs: 0, intervalMs: 0 } as unknown as RegistryEntry);
      const spool = { epoch: Buffer.from(AGENT, 'hex'), oldestSeq: oldest, nextSeq: next, rows: 0, bytes: 0 };
      directory.applyHeartbeat(node, { sentUs: 0, spool } as unknown as Heartbeat);
      directory.applyPresence(node, connected ? ({ gateway: 'g', sinceMs: 1 } as unknown as PresenceEntry) : undefined);
    }
  };
  next();
  const byNode = (ledger: LedgerSum[], of: (sum: LedgerSum) => number): TextRow[] => {
    const sums = new Map<string, number>();
    for (const sum of ledger) sums.set(sum.node ?? 'n', (sums.get(sum.node ?? 'n') ?? 0) + of(sum));
    return [...sums].map(([node, count]) => [node, text(count)]);
  };
  const rows = async (sql: string): Promise<TextRow[]> => {
    asked.push(sql);
    const { ledger = [], counted = {}, breaks = [], drops = [], ttlDays = 0, oldestRow = '2026-06-15 00:00:00.000000' } = looks[at] ?? {};
    if (sql.startsWith('select table_name from tables()')) return [['deliveries'], ['drops'], ['cpu']];
    if (sql.includes('questdb_columns')) return [['deliveries'], ['cpu']];
    if (sql.includes('ttlValue')) return [[text(ttlDays), 'DAY']];
    if (sql.includes('table_min_timestamp')) return [['cpu', oldestRow]];
    if (sql.includes('wal_tables')) return [];
    if (sql.includes('min(seq)'))
      return ledger.map(({ node = 'n', epoch = AGENT, first = 1, last, rows = last - first + 1, numbers = rows, ...sum }) =>
        [
          node,
          epoch,
          first,
          last,
          rows,
          numbers,
          sum.bad ?? 0,
          sum.sum,
          sum.oldest ?? oldestRow,
          sum.uncompared ?? 0,
          sum.own ?? sum.sum,
        ].map(String),
      );
    if (sql.includes('max(seq)')) return ledger.map(({ node = 'n', epoch = AGENT, last }) => [node, epoch, text(last)]);
    if (sql.includes('from drops')) return drops;
    if (sql.includes('lag(seq)')) return breaks;
    if (sql.includes('met_rows')) return byNode(ledger, (sum) => sum.own ?? sum.sum);
    if (sql.includes('sum(rows')) return byNode(ledger, (sum) => sum.sum);
    if (sql.includes('from "cpu"')) return Object.entries(counted).map(([node, count]) => [node, text(count)]);
    throw new Error(`nobody answers ${sql}`);
  };
  const connection = {
    jetstreamManager: async () => ({
      consumers: { info: async () => ({ ack_floor: { stream_seq: 0 }, delivered: { stream_seq: looks[at]?.handedOut ?? 0 } }) },
      streams: {
        info: async () => {
          const last = looks[at]?.inStream?.length ?? 0;
          return { state: { messages: last, first_seq: 1, last_seq: last } };
        },
      },
    }),
    jetstream: () => ({
      consumers: {
        get: async () => ({
          fetch: async () =>
            (looks[at]?.inStream ?? []).map(({ node = 'n', epoch: hex = AGENT, seq }, i) => {
              const epoch = Buffer.from(hex, 'hex');
              const timeUs = Float64Array.of(1, 2, 3);
              const frame = {
                ...{ measurement: 'cpu', tags: [], series: [[]], seriesIndex: new Uint32Array(3), textFields: [], texts: [] },
                ...{ timeUs, fields: ['busy'], values: timeUs },
              };
              const batch = encodeBatch({ epoch, seq, createdUs: 1, frames: [frame], events: [], dropped: [] });
              return { seq: i + 1, data: encodeEnvelope([{ nodeId: node, receivedUs: 1, gateway: 'g', batch, epoch, seq, skewUs: 0 }]) };
            }),
        }),
      },
    }),
  };
  const database = {
    rows: async (sql: string) => {
      if (away.questions-- > 0) throw away.error;
      // A look begins with the tables that there are.
      if (sql.includes('questdb_columns')) next();
      return rows(sql);
    },
  } as unknown as ReadDatabase;
  const nats = connection as unknown as NatsConnection;
  const verifier = new Verifier({ connection: nats, database, directory, etlStatus: async () => undefined });
  return { verifier, asked, away, verify: (nodeId = '', waitMs = 1) => verifier.verify({ nodeId, waitMs }) };
}

test('a fleet of which all is stored and counted is whole, at the first look', async () => {
  const look: Look = {
    ledger: [
      { last: 9, sum: 90, bad: 2 },
      { node: 'm', last: 1, sum: 4, bad: 1 },
    ],
    counted: { n: 90, m: 4 },
  };
  expect(await fleet(look).verify('', 10_000)).toEqual({
    ...{ stored: 10, inFlight: 0, inSpools: 0, dropped: 0, lost: 0, doubled: 0, ledgerRows: 94, tableRows: 94, badRows: 3, nodes: 2 },
    ...{ holes: [], asOf: { seconds: NOW_MS / 1000, nanos: 0 }, missingRows: 0, droppedByReason: {} },
    ...{ machines: 0, sources: 0, undecided: 0, uncomparedRows: 0 },
  });
  expect(clock.waits).toBe(0);
});

test('a number that is nowhere is lost, and its hole is named', async () => {
  const look = { ledger: [{ last: 4, rows: 3, numbers: 3, sum: 3 }], counted: { n: 3 }, breaks: [['n', AGENT, '2', '4']] };
  expect(await fleet(look).verify()).toMatchObject({
    ...{ stored: 3, lost: 1 },
    holes: [{ nodeId: 'n', epoch: AGENT, firstSeq: 3, lastSeq: 3, reason: 'acknowledged, and neither stored nor in the stream' }],
  });
});

test('a hole of a node with more on its way is not lost yet', async () => {
  const look: Look = { ledger: [{ last: 1, sum: 3 }], counted: { n: 3 }, inStream: [{ seq: 3 }] };
  expect(await fleet(look).verify()).toMatchObject({
    ...{ stored: 1, inFlight: 1, lost: 0, undecided: 1 },
    holes: [{ firstSeq: 2, lastSeq: 2, reason: 'not found yet: a batch on its way may still say that it was dropped' }],
  });
});

test('a number with two rows in the ledger is a hole of its own kind', async () => {
  const look = { ledger: [{ last: 2, rows: 3, numbers: 2, sum: 2 }], counted: { n: 2 }, breaks: [['n', AGENT, '2', '2']] };
  expect(await fleet(look).verify()).toMatchObject({
    ...{ stored: 2, lost: 0, holes: [{ firstSeq: 2, lastSeq: 2, reason: 'has more than one row in the ledger' }] },
  });
});

test('at most a thousand holes are named, and all are counted', async () => {
  const holes = (count: number): Look => ({
    ledger: [{ last: 2 * count + 1, rows: count + 1, numbers: count + 1, sum: 0 }],
    breaks: Array.from({ length: count }, (_, i) => ['n', AGENT, text(2 * i + 1), text(2 * i + 3)]),
  });
  for (const [count, named] of [
    [1000, 1000],
    [1001, 1000],
  ] as const) {
    const answer = await fleet(holes(count)).verify();
    expect([answer.lost, answer.holes.length]).toEqual([count, named]);
  }
});

test('what was dropped is told by its reason', async () => {
  const look = {
    ledger: [{ first: 3, last: 4, sum: 2 }],
    counted: { n: 2 },
    drops: [['n', AGENT, '1', '2', 'spool_full']],
  };
  expect(await fleet(look).verify()).toMatchObject({ stored: 2, dropped: 2, lost: 0, droppedByReason: { spool_full: 2 } });
});

test('what the ETL has in hand may be in the tables already', async () => {
  const look = (counted: number): Look => ({
    ...{ ledger: [{ last: 1, sum: 5 }], inStream: [{ seq: 2 }, { seq: 3 }], handedOut: 1, counted: { n: counted } },
  });
  expect(await fleet(look(8)).verify()).toMatchObject({ doubled: 0, missingRows: 0, ledgerRows: 8 });
  expect(await fleet(look(9)).verify()).toMatchObject({ doubled: 1, missingRows: 0 });
  expect(await fleet(look(5)).verify()).toMatchObject({ doubled: 0, missingRows: 0, ledgerRows: 5 });
  expect(await fleet(look(4)).verify()).toMatchObject({ doubled: 0, missingRows: 1 });
});

test('rows of a node that the ledger does not know are too many, and those of one without a table are missing', async () => {
  expect(await fleet({ counted: { x: 2 } }).verify()).toMatchObject({ doubled: 2, missingRows: 0 });
  expect(await fleet({ ledger: [{ last: 1, sum: 3 }] }).verify()).toMatchObject({ doubled: 0, missingRows: 3 });
});

test('a spool that is away is not waited for, and a connected one is until it is empty', async () => {
  const held = (connected: boolean): Look => ({
    ...{ ledger: [{ last: 2, sum: 2 }], counted: { n: 2 }, spools: [{ oldest: 3, next: 5, connected }] },
  });
  expect(await fleet(held(false)).verify('', 10_000)).toMatchObject({ stored: 2, inSpools: 2, lost: 0 });
  expect(clock.waits).toBe(0);
  const empty: Look = { ledger: [{ last: 4, sum: 4 }], counted: { n: 4 }, spools: [{ oldest: 5, next: 5, connected: true }] };
  expect(await fleet(held(true), held(true), held(true), empty).verify('', 10_000)).toMatchObject({ stored: 4, inSpools: 0 });
  expect(clock.waits).toBe(2);
});

test('what is in flight at the start is waited for, and what began later is not judged', async () => {
  const start: Look = { ledger: [{ last: 2, sum: 2 }], counted: { n: 2 }, inStream: [{ seq: 3 }] };
  const later: Look = {
    ...{ ledger: [{ last: 3, sum: 3 }], counted: { n: 3 }, inStream: [{ seq: 4 }, { seq: 5 }] },
    ...{ spools: [{ oldest: 3, next: 9, connected: true }], drops: [['n', AGENT, '6', '7', 'spool_full']] },
  };
  expect(await fleet(start, start, later).verify('', 10_000)).toMatchObject({
    ...{ stored: 3, inFlight: 0, inSpools: 0, dropped: 0, lost: 0, droppedByReason: {} },
  });
  expect(clock.waits).toBe(1);
});

test('a spool that holds numbers from before and after the start is judged to the start', async () => {
  const start: Look = { ledger: [{ last: 2, sum: 2 }], counted: { n: 2 }, spools: [{ oldest: 3, next: 5 }] };
  const later: Look = { ...start, spools: [{ oldest: 3, next: 90 }] };
  expect(await fleet(start, later).verify()).toMatchObject({ stored: 2, inSpools: 2, lost: 0 });
  const passed: Look = { ...start, ledger: [{ last: 8, sum: 2 }], spools: [{ oldest: 9, next: 90 }] };
  expect(await fleet(start, passed).verify()).toMatchObject({ stored: 4, inSpools: 0, lost: 0 });
});

test('the wait ends where another look would come too late', async () => {
  const flying: Look = { inStream: [{ seq: 1 }] };
  await fleet(flying).verify('', 600);
  expect(clock.waits).toBe(2);
  clock.waits = 0;
  await fleet(flying).verify('', 599);
  expect(clock.waits).toBe(1);
  clock.waits = 0;
  await fleet(flying).verify('', 0);
  expect(clock.waits).toBe(33);
});

test('five minutes are waited at most', async () => {
  expect(() => fleet({}).verify('', 300_001)).toThrow('wait_ms is 300001: at most 300000');
  expect(await fleet({}).verify('', 300_000)).toMatchObject({ nodes: 0 });
});

test('one node is judged by what is its own, and not by those whose ids begin as its does', async () => {
  const look: Look = {
    ...{ ledger: [{ last: 1, sum: 1 }], counted: { n: 1 }, inStream: [{ node: 'n2', seq: 4 }] },
    spools: [
      { oldest: 2, next: 2 },
      { node: 'n3', oldest: 1, next: 7 },
    ],
  };
  const { verify, asked } = fleet(look);
  expect(await verify('n')).toMatchObject({ nodes: 1, stored: 1, inFlight: 0, inSpools: 0, lost: 0 });
  expect(asked.filter((sql) => sql.includes('from deliveries')).every((sql) => sql.includes("where node_id = 'n'"))).toBe(true);
});

test('restored rows, which were counted when they came first, may all be missing from the sum, and no more', async () => {
  const look = (counted: number): Look => ({
    ledger: [
      { last: 1, sum: 10 },
      { epoch: door('rstr'), last: 1, sum: 6, own: 4 },
    ],
    counted: { n: counted },
  });
  // At most 16, at least 10 + 4 of which 4 may be gone again.
  expect(await fleet(look(10)).verify()).toMatchObject({ missingRows: 0, doubled: 0 });
  expect(await fleet(look(9)).verify()).toMatchObject({ missingRows: 1 });
  expect(await fleet(look(17)).verify()).toMatchObject({ doubled: 1 });
});

test('a replayed batch whose rows nobody compared may be there already; a compared one is not', async () => {
  const look = (uncompared: number): Look => ({
    ledger: [
      { last: 1, sum: 10 },
      { epoch: door('rply'), last: 1, sum: 3, uncompared },
    ],
    counted: { n: 10 },
  });
  expect(await fleet(look(1)).verify()).toMatchObject({ missingRows: 0 });
  expect(await fleet(look(0)).verify()).toMatchObject({ missingRows: 3 });
});

test('of a node with pushes that nobody compared the least is not known; an agent’s own batches are always counted', async () => {
  const look = (epoch: string, uncompared: number): Look => ({ ledger: [{ epoch, last: 1, sum: 10, uncompared }], counted: { n: 1 } });
  expect(await fleet(look(door('push'), 1)).verify()).toMatchObject({ missingRows: 0 });
  expect(await fleet(look(door('push'), 0)).verify()).toMatchObject({ missingRows: 9 });
  expect(await fleet(look(AGENT, 1)).verify()).toMatchObject({ missingRows: 9 });
});

test('where the oldest may have expired, only what is two days younger is compared', async () => {
  const cut = '2026-06-07 00:00:00.000000';
  const older = '2026-06-06 23:59:59.999999';
  const look = (oldestRow: string): Look => ({
    ...{ ttlDays: 10, oldestRow, counted: { n: 2 } },
    ledger: [{ first: 8, last: 9, sum: 2, oldest: oldestRow }],
  });
  const old = fleet(look(older));
  // Its first ledger rows may have expired.
  expect(await old.verify()).toMatchObject({ stored: 2, lost: 0 });
  const cutUs = (Date.UTC(2026, 5, 7) * 1000).toFixed(0);
  const hourLaterUs = (Date.UTC(2026, 5, 7, 1) * 1000).toFixed(0);
  expect(old.asked.find((sql) => sql.includes('from "cpu"'))).toContain(`timestamp >= cast(${cutUs} as timestamp)`);
  const sums = old.asked.filter((sql) => sql.startsWith('select node_id, sum(rows'));
  expect(sums.map((sql) => /cast\((\d+)/.exec(sql)?.[1])).toEqual([hourLaterUs, cutUs]);
  const young = fleet(look(cut));
  expect(await young.verify()).toMatchObject({ stored: 2, lost: 7 });
  expect(young.asked.some((sql) => sql.includes('cast('))).toBe(false);
});

test('they take turns', async () => {
  const { verifier, asked } = fleet({ ledger: [{ last: 1, sum: 1 }], counted: { n: 1 } });
  const both = await Promise.all([verifier.verify({ nodeId: '', waitMs: 1 }), verifier.verify({ nodeId: '', waitMs: 1 })]);
  expect(both.map(({ stored }) => stored)).toEqual([1, 1]);
  const lastNumbers = asked.flatMap((sql, i) => (sql.includes('epoch, max(seq)') ? [i] : []));
  const drops = asked.flatMap((sql, i) => (sql.includes('from drops') ? [i] : []));
  expect(lastNumbers[1]).toBeGreaterThan(drops[0] as number);
});

test('one that failed keeps no other from its turn', async () => {
  const { verify, away } = fleet({ ledger: [{ last: 1, sum: 1 }], counted: { n: 1 } });
  away.questions = 1;
  const [failed, next] = await Promise.allSettled([verify(), verify()]);
  expect(failed).toMatchObject({ status: 'rejected', reason: new Error('the database is away') });
  expect(next).toMatchObject({ status: 'fulfilled', value: { stored: 1 } });
});

test('counts machines and sources of the ledger apart from what is not in the fleet', () => {
  const kinds: Record<string, { kind: string }> = {
    a: { kind: 'NODE_KIND_MACHINE' },
    b: { kind: 'NODE_KIND_IMPORT' },
    c: { kind: 'NODE_KIND_SIMULATION' },
  };
  expect(countKinds(new Set(['a', 'b', 'c', 'muster-etl']), (id) => kinds[id])).toEqual({ nodes: 4, machines: 1, sources: 2 });
});

test('what the database answers is told as it is', async () => {
  const { verify, away } = fleet({});
  Object.assign(away, { questions: 1, error: new MusterError('unavailable', 'the database is away') });
  await expect(verify()).rejects.toMatchObject({ code: 'unavailable', message: 'the database is away' });
});

test('an account that cannot be read to its end in time is told with what is known by then', async () => {
  const tooLong = new MusterError('deadline_exceeded', 'the database ended the query');
  const { verify, away } = fleet({});
  Object.assign(away, { questions: 1, error: tooLong });
  await expect(verify('', 10_000)).rejects.toMatchObject({
    code: 'deadline_exceeded',
    message: expect.stringMatching(/^the account could not be read to its end within \d+ s: nothing is known yet; ask for one node/),
  });
  const second = fleet({ inStream: [{ seq: 1 }] });
  second.away.error = tooLong;
  const asking = second.verify('', 10_000);
  clock.onWait = () => (second.away.questions = 1);
  await expect(asking).rejects.toMatchObject({ code: 'deadline_exceeded', message: expect.not.stringContaining('nothing is known yet') });
});
