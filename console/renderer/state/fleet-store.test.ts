import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NodesEvent } from '../../common/console-api.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { CpuTrends } from './cpu-trends.ts';
import { FleetStore } from './fleet-store.ts';
import type { Painter } from './painter.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function staged() {
  const requested: [() => void, number | undefined][] = [];
  const samples: [string, number, number][] = [];
  const forgotten: string[] = [];
  const painter = { request: (job: () => void, apartMs?: number) => requested.push([job, apartMs]) } as unknown as Painter;
  const trends = {
    add: (...sample: [string, number, number]) => samples.push(sample),
    remove: (nodeId: string) => forgotten.push(nodeId),
    begin: () => undefined,
  } as unknown as CpuTrends;
  const store = new FleetStore(painter, trends);
  const paint = (): void => {
    for (const [job] of requested.splice(0)) job();
  };
  return { store, requested, samples, forgotten, paint };
}

const node = (nodeId: string, given: Partial<FleetNode> = {}): FleetNode =>
  ({ nodeId, name: nodeId, state: 'live', labels: {}, values: null, ...given }) as FleetNode;
const event = (given: Partial<NodesEvent>): NodesEvent => ({
  begins: false,
  complete: true,
  nodes: [],
  removed: [],
  asOfMs: 5_000_000,
  heardMs: 0,
  ...given,
});
const withCpu = (timeMs: number, cpuPercent: number | null) =>
  ({ lastSeenMs: timeMs + 3_600_000, values: { timeMs, cpuPercent } }) as Partial<FleetNode>;

test('what an answer that begins anew does not name is gone when it is complete, and not before', () => {
  const { store, forgotten, paint } = staged();
  store.receive(event({ begins: true, nodes: [node('a'), node('b')] }));
  store.receive(event({ begins: true, complete: false, nodes: [node('b')] }));
  paint();
  expect([...store.snapshot.get().nodes.keys()]).toEqual(['a', 'b']);
  store.receive(event({ nodes: [node('c')] }));
  paint();
  expect([...store.snapshot.get().nodes.keys()]).toEqual(['b', 'c']);
  expect(forgotten).toEqual(['a']);
});

test('a change names some nodes only: the others stay', () => {
  const { store, paint } = staged();
  store.receive(event({ begins: true, nodes: [node('a'), node('b')] }));
  store.receive(event({ nodes: [node('a', { state: 'late' })], removed: ['b'] }));
  vi.advanceTimersByTime(40);
  paint();
  expect([...store.snapshot.get().nodes.values()].map(({ nodeId, state }) => [nodeId, state])).toEqual([['a', 'late']]);
});

test('the first whole answer shows at once, parts of it a quarter of a second apart, later ones gathered', () => {
  const { store, requested } = staged();
  store.receive(event({ begins: true, complete: false, nodes: [node('a')] }));
  expect(requested.at(-1)?.[1]).toBe(250);
  expect(store.snapshot.get().complete).toBe(false);
  store.receive(event({ nodes: [node('b')] }));
  expect(requested.at(-1)?.[1]).toBe(0);
  const count = requested.length;
  store.receive(event({ nodes: [node('a')] }));
  store.receive(event({ nodes: [node('b')] }));
  expect(requested).toHaveLength(count);
  vi.advanceTimersByTime(39);
  expect(requested).toHaveLength(count);
  vi.advanceTimersByTime(1);
  expect(requested.slice(count).map(([, apartMs]) => apartMs)).toEqual([250]);
  // The next one gathers anew.
  store.receive(event({ nodes: [node('a')] }));
  vi.advanceTimersByTime(40);
  expect(requested).toHaveLength(count + 2);
});

test('a snapshot counts states, and says as of when and whether it is whole', () => {
  const { store, paint } = staged();
  store.receive(event({ begins: true, nodes: [node('a'), node('b', { state: 'silent' }), node('c')] }));
  paint();
  const snapshot = store.snapshot.get();
  expect(snapshot).toMatchObject({ version: 1, complete: true, asOfMs: 5_000_000, counts: { live: 2, silent: 1, late: 0 } });
});

test('the clock is the gateway’s and goes on from its last word', () => {
  const { store } = staged();
  store.receive(event({}));
  vi.advanceTimersByTime(1500);
  expect(store.now()).toBe(5_001_500);
});

test('a node under maintenance is shown so until its time is over, without another word of it', () => {
  const { store, paint } = staged();
  const labels = { maintenance: new Date(5_002_000).toISOString() };
  store.receive(event({ begins: true, nodes: [node('a', { state: 'silent', labels }), node('b', { state: 'live', labels })] }));
  paint();
  expect(store.snapshot.get().counts).toMatchObject({ maintenance: 1, live: 1, silent: 0 });
  vi.advanceTimersByTime(3000);
  store.receive(event({ nodes: [] }));
  vi.advanceTimersByTime(40);
  // The gateway's clock stands at the last answer's time.
  store.receive(event({ nodes: [], asOfMs: 5_003_000 }));
  vi.advanceTimersByTime(40);
  paint();
  expect(store.snapshot.get().counts).toMatchObject({ maintenance: 0, silent: 1 });
});

test('a CPU’s value goes into the trend once for each sample', () => {
  const { store, samples } = staged();
  store.receive(event({ begins: true, nodes: [node('a', withCpu(1000, 5))] }));
  store.receive(event({ nodes: [node('a', withCpu(1000, 5))] }));
  store.receive(event({ nodes: [node('a', withCpu(2000, null))] }));
  store.receive(event({ nodes: [node('a', withCpu(3000, 0))] }));
  // By the gateway's clock: the agent's is an hour behind.
  expect(samples).toEqual([
    ['a', 3_601_000, 5],
    ['a', 3_603_000, 0],
  ]);
});

test('a tally is kept up by what comes, and there is one for each test', () => {
  const { store } = staged();
  store.receive(event({ begins: true, nodes: [node('a')] }));
  const isLive = (given: FleetNode): boolean => given.state === 'live';
  const tally = store.tally(isLive);
  expect(store.tally(isLive)).toBe(tally);
  store.receive(event({ nodes: [node('b'), node('c', { state: 'late' })] }));
  expect(tally.count).toBe(2);
  store.receive(event({ nodes: [node('a', { state: 'late' })], removed: ['b'] }));
  expect(tally.count).toBe(0);
});

test('a tally that is released is counted no more, and what the nodes are called has a number of its own', () => {
  const { store, paint } = staged();
  const late = ({ state }: FleetNode): boolean => state === 'late';
  const labels = { rack: '1a' };
  store.receive(event({ begins: true, nodes: [node('a', { labels, state: 'late' })] }));
  paint();
  const tally = store.tally(late);
  expect([tally.count, store.tally(late) === tally]).toEqual([1, true]);
  const { described } = store.snapshot.get();
  const tell = (given: Partial<FleetNode>): number => {
    store.receive(event({ nodes: [node('a', given)] }));
    vi.advanceTimersByTime(40);
    paint();
    return store.snapshot.get().described;
  };
  expect(tell({ labels, ...withCpu(1, 50) })).toBe(described);
  expect(tell({ labels: { rack: '1a', row: '7' } })).not.toBe(described);
  expect(tally.count).toBe(0);
  store.release(late);
  tell({ labels, state: 'late' });
  expect([tally.count, store.tally(late).count]).toEqual([0, 1]);
});

test('after the gateway was gone its states are not of now until it has told all of them again', () => {
  const { store, paint } = staged();
  store.receive(event({ begins: true, nodes: [node('a'), node('b')] }));
  paint();
  expect(store.snapshot.get().outdated).toBe('');
  store.lost();
  paint();
  expect(store.snapshot.get().outdated).toMatch(/sending the states again/);
  store.receive(event({ begins: true, complete: false, nodes: [node('a')] }));
  vi.runAllTimers();
  paint();
  expect(store.snapshot.get().outdated).toMatch(/sending the states again/);
  store.receive(event({ nodes: [node('b')] }));
  vi.runAllTimers();
  paint();
  expect(store.snapshot.get().outdated).toBe('');
});

test('nodes that the host refuses to tell are not of now any more, with its reason', () => {
  const { store, paint } = staged();
  store.receive(event({ begins: true, nodes: [node('a')] }));
  store.refused('the token may not read nodes');
  paint();
  expect(store.snapshot.get().outdated).toBe('any more: the token may not read nodes');
});

test('where the gateway is there and sends no states, they are not known since its last word, until it has told all again', () => {
  const { store, paint } = staged();
  const interruption = event({ complete: false, asOfMs: 0, interrupted: 'too many calls' });
  store.receive(interruption);
  paint();
  expect(store.snapshot.get()).toMatchObject({ asOfMs: 0, outdated: 'yet: the gateway sends no states (too many calls)' });
  store.receive(event({ begins: true, nodes: [node('a')] }));
  vi.runAllTimers();
  paint();
  expect(store.snapshot.get().outdated).toBe('');
  const { asOfMs } = store.snapshot.get();
  store.receive(interruption);
  paint();
  expect(store.snapshot.get()).toMatchObject({
    asOfMs,
    outdated: expect.stringMatching(/^since .*: the gateway sends no states \(too many calls\)$/),
  });
  store.receive(event({ begins: true, complete: false }));
  vi.runAllTimers();
  paint();
  expect(store.snapshot.get().outdated).not.toBe('');
  store.receive(event({ nodes: [node('a')] }));
  vi.runAllTimers();
  paint();
  expect(store.snapshot.get().outdated).toBe('');
});
