import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HEARTBEAT_FIELDS } from '../../../proto/gen/messages.ts';
import { encodeMessage } from '../../../proto/message-codec.ts';
import type { TextRow } from '../query/read-database.ts';
import { Directory } from './directory.ts';
import { createDirectoryFeed, type DirectoryFeedOptions } from './directory-feed.ts';

interface Bucket {
  bucket: string;
  parse(text: string): unknown;
  onUnreadable(key: string): void;
  onChange(key: string, value: unknown, change: string): void;
}
const kv = vi.hoisted(() => ({ buckets: [] as { bucket: string }[], did: [] as string[] }));
vi.mock('../../watched-bucket.ts', () => ({
  WatchedBucket: class {
    readonly options: { bucket: string };
    constructor(options: { bucket: string }) {
      this.options = options;
      kv.buckets.push(options);
    }
    async start(): Promise<void> {
      kv.did.push(`start ${this.options.bucket}`);
    }
    async stop(): Promise<void> {
      kv.did.push(`stop ${this.options.bucket}`);
    }
  },
}));

const NOW_MS = Date.UTC(2026, 0, 10);
beforeEach(() => {
  Object.assign(kv, { buckets: [], did: [] });
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

function staged() {
  const told: unknown[][] = [];
  const numbers: unknown[][] = [];
  const directory = new Directory(Date.now);
  const database = { asked: [] as string[], last: [] as TextRow[], highest: [] as TextRow[], failure: undefined as Error | undefined };
  let receive: (error: Error | null, message: { subject: string; data: Uint8Array }) => void = () => undefined;
  const feed = createDirectoryFeed({
    connection: {
      subscribe: (_: string, { callback }: { callback: typeof receive }) => {
        receive = callback;
        return { unsubscribe: () => void kv.did.push('unsubscribe') };
      },
    } as unknown as NatsConnection,
    directory,
    database: {
      rows: async (sql: string) => {
        database.asked.push(sql.includes('latest on') ? 'last' : 'highest');
        if (database.failure !== undefined) throw database.failure;
        return sql.includes('latest on') ? database.last : database.highest;
      },
    },
    numbers: { note: (...args: unknown[]) => void numbers.push(args), learned: () => void numbers.push(['learned']) },
    events: {
      fleetInputUnreadable: (what: unknown) => void told.push(['unreadable', what]),
      historyUnavailable: (what: unknown) => void told.push(['history', what]),
    },
  } as unknown as DirectoryFeedOptions);
  const [nodes, presence] = kv.buckets as unknown as [Bucket, Bucket];
  const beat = (nodeId: string, heartbeat: object): void =>
    receive(null, { subject: `muster.summary.${nodeId}`, data: encodeMessage(HEARTBEAT_FIELDS, heartbeat as never) });
  const enter = (nodeId: string): void =>
    nodes.onChange(nodeId, { nodeId, info: { agentVersion: '' }, enrolledMs: 1, intervalMs: 1000 }, 'put');
  return {
    feed,
    directory,
    database,
    nodes,
    presence,
    beat,
    enter,
    told,
    numbers,
    receive: (...args: Parameters<typeof receive>) => receive(...args),
  };
}

test('the registry and who holds whose stream come from their buckets', async () => {
  const { feed, directory, nodes, presence, enter, numbers } = staged();
  await feed.start();
  expect(kv.did).toEqual(['start muster_nodes', 'start muster_presence']);
  enter('a');
  expect([...directory.nodes()].map(({ nodeId }) => nodeId)).toEqual(['a']);
  presence.onChange('a', { gateway: 'g', sinceMs: 5, session: 's', epoch: 'ff', acknowledgedSeq: 7 }, 'put');
  expect(directory.get('a')?.gateway).toBe('g');
  presence.onChange('a', undefined, 'unreadable');
  expect(directory.get('a')?.gateway).toBe('g');
  presence.onChange('a', undefined, 'lost');
  expect([directory.get('a')?.gateway, numbers.filter(([node]) => node === 'a')]).toEqual([
    '',
    [
      ['a', 'ff', 7],
      ['a', '', 0],
    ],
  ]);
  nodes.onChange('a', undefined, 'unreadable');
  nodes.onChange('a', undefined, 'lost');
  expect(directory.get('a')).toBeDefined();
  nodes.onChange('a', undefined, 'deleted');
  expect(directory.get('a')).toBeUndefined();
  await feed.stop();
});

test('what is no entry is passed over, and told', () => {
  const { nodes, presence, told } = staged();
  expect(nodes.parse('{"nodeId":"a"}')).toEqual({ nodeId: 'a' });
  expect(presence.parse('{"session":"s"}')).toEqual({ session: 's' });
  for (const text of ['', 'null', '5', '{}', '{"nodeId":5}', '[]']) expect(nodes.parse(text), text).toBeUndefined();
  expect(presence.parse('{"nodeId":"a"}')).toBeUndefined();
  nodes.onUnreadable('a');
  presence.onUnreadable('b');
  expect(told).toEqual([
    ['unreadable', { source: 'muster_nodes', key: 'a' }],
    ['unreadable', { source: 'muster_presence', key: 'b' }],
  ]);
});

test('a heartbeat is of the node that its subject names, and tells which numbers were used', async () => {
  const { feed, directory, beat, enter, numbers, told, receive } = staged();
  await feed.start();
  enter('10.0.0.1');
  numbers.length = 0;
  beat('10=2e0=2e0=2e1', { sentUs: 0, spool: { epoch: Buffer.alloc(16, 1), oldestSeq: 5, nextSeq: 9 } });
  expect(directory.get('10.0.0.1')).toMatchObject({ heardMs: NOW_MS, spool: { nextSeq: 9 } });
  expect(numbers).toEqual([['10.0.0.1', '01'.repeat(16), 4]]);
  beat('10=2e0=2e0=2e1', { sentUs: 0 });
  expect(numbers).toHaveLength(1);
  receive(null, { subject: 'muster.summary.x', data: Buffer.from([0xff]) });
  receive(new Error('slow'), { subject: 'muster.summary.x', data: Buffer.from([0xff]) });
  expect(told).toEqual([['unreadable', { source: 'summary', key: 'x' }]]);
  await feed.stop();
});

test('the time before this start comes from the ledger: the quick question first, and what is known then is told at once', async () => {
  const { feed, directory, database, enter, numbers } = staged();
  enter('a');
  database.last = [
    ['a', '2026-01-09 23:59:00.000000', 'ff', '7'],
    [null, null, null, '1'],
  ];
  database.highest = [['a', 'ee', '70']];
  await feed.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(database.asked).toEqual(['last', 'highest']);
  expect(directory.get('a')).toMatchObject({ heardMs: NOW_MS - 60_000, sampled: true });
  expect(numbers).toEqual([['a', 'ff', 7], ['', '', 1], ['learned'], ['a', 'ee', 70], ['learned']]);
  await feed.stop();
});

test('a ledger that cannot be read is asked again after ten seconds, until it answers or the gateway stops', async () => {
  const { feed, database, told } = staged();
  database.failure = new Error('no such table');
  await feed.start();
  await vi.advanceTimersByTimeAsync(9999);
  expect([database.asked, told]).toEqual([['last'], [['history', { message: 'no such table' }]]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(database.asked).toEqual(['last', 'last']);
  database.failure = undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(database.asked).toEqual(['last', 'last', 'last', 'highest']);
  database.failure = new Error('away');
  await feed.stop();
  const other = staged();
  other.database.failure = new Error('away');
  await other.feed.start();
  await vi.advanceTimersByTimeAsync(0);
  await other.feed.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(other.database.asked).toEqual(['last']);
});

test('time alone changes the state of a node, seen once a second; after a stop nothing is known', async () => {
  const { feed, directory, enter, beat } = staged();
  await feed.start();
  enter('a');
  beat('a', { sentUs: 0, summary: {} });
  expect(directory.get('a')?.state).toBe('NODE_STATE_LIVE');
  await vi.advanceTimersByTimeAsync(4000);
  expect(directory.get('a')?.state).not.toBe('NODE_STATE_LIVE');
  kv.did.length = 0;
  await feed.stop();
  expect(kv.did).toEqual(['unsubscribe', 'stop muster_presence', 'stop muster_nodes']);
  expect([...directory.nodes()]).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
