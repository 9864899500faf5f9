import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FleetEvent } from '../../core/common/frame.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { PART_KINDS } from '../../core/common/state-events.ts';
import { Directory } from '../fleet/directory/directory.ts';
import type { ReadDatabase } from '../fleet/query/read-database.ts';
import { StateRecorder } from './state-recorder.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
let recorder: StateRecorder | undefined;

beforeEach(
  () =>
    void vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] }),
);
afterEach(async () => {
  const stopped = recorder?.stop();
  await vi.advanceTimersByTimeAsync(5000);
  await stopped;
  vi.useRealTimers();
});

const entry = (nodeId: string): RegistryEntry => ({
  nodeId,
  info: {
    ...{ name: nodeId, platform: 'linux', os: '', kernel: '', arch: 'x64', cpuModel: '', cpuCores: 1, memoryBytes: 0, virtualization: '' },
    ...{ model: '', addresses: [], agentVersion: '1', labels: {}, bootUs: 0, simulated: false, commands: [] },
  },
  enrolledMs: START - 1e7,
  updatedMs: START,
  intervalMs: 1000,
});

/** A recorder in a store that has these rows of nodes, watched at these times. */
async function stage(recorded: [nodeId: string, kind: string, time: string][] = [], ...watched: string[]) {
  const staged = { connected: true, full: false, pressure: false, holder: '', etlKnows: PART_KINDS };
  const written: string[] = [];
  const said: string[] = [];
  let [text, revision] = ['', 0];
  const put = async (_: string, value: string): Promise<number> => {
    text = value;
    return ++revision;
  };
  const kv = {
    get: async () => {
      if (staged.holder !== '') await put('', JSON.stringify({ gateway: staged.holder, instance: staged.holder }));
      return text === '' ? null : { operation: 'PUT', revision, json: () => JSON.parse(text) };
    },
    ...{ create: put, update: put },
  };
  const connection = {
    jetstream: () => ({ views: { kv: async () => kv } }),
    jetstreamManager: async () => ({ streams: { info: async () => ({ state: { messages: 0 } }) } }),
  } as unknown as NatsConnection;
  const stored = recorded.map(([nodeId, kind, time]) => ({ nodeId, kind, ms: Date.parse(`${time}Z`) }));
  for (const time of watched) stored.push({ nodeId: '', kind: 'states_watched', ms: Date.parse(`${time}Z`) });
  const text6 = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '000');
  const database = {
    rows: async (sql: string) => {
      if (sql.includes('wal_tables')) return [];
      const [from, to] = ["> '", "<= '"].map((sign) => new RegExp(`timestamp ${sign}([^']+)`).exec(sql)?.[1]);
      const found = stored
        .filter(({ ms }) => ms > Date.parse(from ?? '1970-01-01') && ms <= Date.parse(to ?? '2100-01-01'))
        .sort((a, b) => a.ms - b.ms);
      if (sql.includes('LATEST ON')) {
        const newest = new Map(found.filter(({ nodeId }) => nodeId !== '').map((row) => [row.nodeId, row]));
        return [...newest.values()].map(({ nodeId, kind, ms }) => [nodeId, kind, text6(ms)]);
      }
      const watched = found.findLast(({ kind }) => kind === 'states_watched');
      return [[watched === undefined ? null : text6(watched.ms)]];
    },
  } as unknown as ReadDatabase;
  const directory = new Directory(() => Date.now());
  for (const id of ['a', 'b']) directory.applyEntry(id, entry(id));
  for (const [id] of recorded) directory.applyStored(id, START - 40_000);
  recorder = new StateRecorder({
    ...{ connection, directory, database, gateway: 'gateway-1', events: { retried: () => undefined } },
    ...{
      connected: () => staged.connected,
      pressure: () => staged.pressure,
      historyKnown: () => true,
      isRemoved: () => false,
      etlStatus: async () => ({ eventKinds: staged.etlKnows }),
      now: () => Date.now(),
    },
    deliver: async (nodeId: string, events: readonly FleetEvent[]) => {
      expect(nodeId).toBe('muster-gateway-1');
      // A full stream takes nothing until there is room.
      while (staged.full) await new Promise((resolve) => setTimeout(resolve, 500));
      for (const { kind, timeUs, text: words, attributes } of events) {
        stored.push({ nodeId: attributes['node_id'] ?? '', kind, ms: timeUs / 1000 });
        said.push(words);
        const second = Math.round(timeUs / 1e6 - START / 1000);
        const until = attributes['until_us'] === undefined ? '' : `-${Math.round(Number(attributes['until_us']) / 1e6 - START / 1000)}`;
        if (kind !== 'states_watched') written.push(`${attributes['node_id'] ?? ''} ${kind} ${second}${until}`.trim());
      }
    },
  });
  await recorder.start();
  /** Time goes on; the nodes named are heard each second. */
  const pass = async (seconds: number, ...heard: string[]): Promise<string[]> => {
    for (let second = 0; second < seconds; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      directory.tick();
      if (staged.connected)
        for (const id of heard)
          directory.applyHeartbeat(id, { sentUs: Date.now() * 1000, summary: { timeUs: 1, cpuPercent: 1, diskMount: '' } });
    }
    return written.splice(0);
  };
  return { staged, pass, directory, said };
}

it('goes on from what the store has: no change is written twice, and the time without a gateway once', async () => {
  const { pass } = await stage(
    [
      ['a', 'node_live', '2026-03-01 11:00:00.000000'],
      ['b', 'still_live', '2026-03-01 11:00:00.000000'],
    ],
    '2026-03-01 11:59:20.000000',
  );
  // Only one of them comes back.
  const [dead, gap, ...more] = await pass(45, 'a');
  expect([dead, more]).toEqual(['b node_silent 30', []]);
  expect(gap).toMatch(/^states_unwatched -40-3\d$/);
  expect(await pass(60, 'a')).toEqual([]);
});

it('says nothing of nodes while nats-server is away, and that nobody listened then', async () => {
  const { staged, pass } = await stage();
  expect((await pass(10, 'a', 'b')).map((row) => row.replace(/\d+$/, ''))).toEqual(['a still_live ', 'b still_live ']);
  staged.connected = false;
  expect(await pass(120, 'a', 'b')).toEqual([]);
  staged.connected = true;
  const [gap, ...more] = await pass(40, 'a', 'b');
  expect(gap).toMatch(/^states_unwatched (9|10)-13\d$/);
  expect(more).toEqual([]);
});

it.each(['pressure', 'full'] as const)('takes no quiet for that of a node while the stream takes no more (%s)', async (cause) => {
  const { staged, pass } = await stage();
  await pass(10, 'a', 'b');
  staged[cause] = true;
  // What waits in the agents is not heard once their windows are full.
  expect(await pass(32, 'a', 'b')).toEqual([]);
  expect(await pass(120)).toEqual([]);
  staged[cause] = false;
  const [gap, ...more] = await pass(60, 'a', 'b');
  expect(gap).toMatch(/^states_unwatched \d+-16\d$/);
  expect(more).toEqual([]);
});

it('writes nothing while another gateway does', async () => {
  const { staged, pass } = await stage();
  await pass(10, 'a', 'b');
  staged.holder = 'gateway-2';
  await pass(6, 'a', 'b');
  expect(await pass(60, 'a')).toEqual([]);
});

it('takes its own lateness for no quiet of a node, and tells the quiet of one that is dead with its time', async () => {
  const { pass } = await stage();
  await pass(10, 'a', 'b');
  expect(await pass(1, 'a')).toEqual([]);
  // It stands still: what a node sent meanwhile is read after the next beat.
  vi.setSystemTime(Date.now() + 1500);
  expect(await pass(1, 'a')).toEqual([]);
  expect(await pass(3, 'a', 'b')).toEqual([]);
  vi.setSystemTime(Date.now() + 1500);
  expect(await pass(40, 'a')).toEqual(['b node_late 20', 'b node_silent 47']);
});

it('writes nothing before what is recorded when its clock was set back, and says that it is not known', async () => {
  const { pass } = await stage();
  await pass(10, 'a', 'b');
  vi.setSystemTime(Date.now() - 600_000);
  const [unknown, ...more] = await pass(60, 'a');
  expect(unknown).toMatch(/^states_unwatched -590-1\d$/);
  expect(more).toEqual([]);
  expect(await pass(530, 'a')).toEqual([]);
  const after = await pass(70, 'a');
  expect(after.map((row) => row.replace(/[\d-]+$/, ''))).toEqual(['b node_silent ', 'states_unwatched ']);
  expect(after[0]).toMatch(/ 4\d$/);
});

it('does not wait for what a clock wrote that was ahead by more than an hour, and says that it is there', async () => {
  const { pass } = await stage(
    [
      ['a', 'still_live', '2026-03-01 11:20:00.000000'],
      ['b', 'still_live', '2026-03-01 11:20:00.000000'],
    ],
    ...['11:30', '12:00:45', '12:20', '12:40', '12:59', '14:00'].map((time) => `2026-03-01 ${time}`),
  );
  const [dead, gap, ...more] = await pass(45, 'a');
  expect([dead, more]).toEqual(['b node_silent 30', []]);
  expect(gap).toMatch(/^states_unwatched -1800-3\d$/);
  expect(recorder?.problems()).toEqual([
    'the history of node states has rows up to 2026-03-01T14:00:00.000Z by a clock that was ahead of this one: what is written until then stands among them',
  ]);
  vi.setSystemTime(Date.parse('2026-03-01T14:00:00Z'));
  expect(recorder?.problems()).toEqual([]);
});

it('finds what each node was, however long no gateway ran', async () => {
  const { pass } = await stage(
    [
      ['a', 'node_silent', '2026-02-20 11:00:00.000000'],
      ['b', 'still_live', '2026-02-20 11:00:00.000000'],
    ],
    '2026-02-20 12:00:00.000000',
  );
  const [back, still, gap, ...more] = await pass(45, 'a', 'b');
  expect([back, still, more].map((row) => String(row).replace(/ \d+$/, ''))).toEqual(['a node_live', 'b still_live', '']);
  expect(gap).toMatch(/^states_unwatched /);
});

it('says of a connection at a gateway that is gone that nothing is known of it', async () => {
  const { pass, directory, said } = await stage();
  const stream = { sinceMs: START, session: '1', problem: '' };
  directory.applyPresence('a', { ...stream, gateway: 'gateway-1' });
  directory.applyPresence('b', { ...stream, gateway: 'gateway-2' });
  await pass(10, 'a', 'b');
  expect(await pass(5)).toEqual(['a node_late 13', 'b node_late 13']);
  expect(said.slice(-2)).toEqual([
    'late: no samples for 3 s, its connection to gateway-1 is open',
    'late: no samples for 3 s, whether its connection to gateway-2 is open is not known: nothing is heard of that gateway',
  ]);
});

it('writes nothing for an ETL that would store it as something else, says so, and begins when a newer one runs', async () => {
  const { staged, pass } = await stage();
  staged.etlKnows = PART_KINDS.filter((kind) => kind !== 'node_live');
  expect(await pass(30, 'a')).toEqual([]);
  expect(recorder?.problems()).toEqual([
    'the history of node states is not written: the ETL is older than this gateway and does not know the event node_live: update it',
  ]);
  staged.etlKnows = PART_KINDS;
  expect((await pass(30, 'a')).join()).toContain('a ');
  expect(recorder?.problems()).toEqual([]);
});
