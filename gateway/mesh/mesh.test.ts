import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import type { Peers } from '../../proto/gen/messages.ts';
import { Mesh, type MeshStream } from './mesh.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function entry(nodeId: string, labels: Record<string, string>, more: object = {}): RegistryEntry {
  const info = { labels, addresses: [`10.0.0.${nodeId}`], simulated: false, ...more };
  return { nodeId, info, enrolledMs: 0, updatedMs: 0, intervalMs: 0 } as unknown as RegistryEntry;
}

async function setUp(...entries: RegistryEntry[]) {
  const byId = new Map(entries.map((one) => [one.nodeId, one]));
  const listeners = new Map<string, () => void>();
  const listen = (what: string, listener: () => void) => {
    listeners.set(what, listener);
    return () => listeners.delete(what);
  };
  const mesh = new Mesh({
    get: (nodeId) => byId.get(nodeId),
    all: () => [...byId.values()],
    onChanged: (listener) => listen('changed', listener),
    onRemoved: (listener) => listen('removed', listener),
  });
  await mesh.start();
  const put = (one: RegistryEntry): void => {
    byId.set(one.nodeId, one);
    listeners.get('changed')?.();
  };
  const remove = (nodeId: string): void => {
    byId.delete(nodeId);
    listeners.get('removed')?.();
  };
  return { mesh, put, remove, listeners };
}

function streamOf(nodeId: string): MeshStream & { told: Peers[] } {
  const told: Peers[] = [];
  return { nodeId, told, sendPeers: (peers) => told.push(peers) };
}

const PROBE = { role: 'probe', country: 'gh', region: 'accra' };

test('an agent is told the others of its label, and where they are', async () => {
  const { mesh } = await setUp(entry('1', PROBE), entry('2', { ...PROBE, mesh_address: '198.51.100.2' }), entry('3', { role: 'db' }));
  const stream = streamOf('1');
  mesh.wish(stream, { label: 'role=probe', limit: 32 });
  expect(stream.told).toEqual([
    {
      label: 'role=probe',
      peers: [{ nodeId: '2', addresses: ['198.51.100.2'], country: 'gh', region: 'accra' }],
      country: 'gh',
      region: 'accra',
    },
  ]);
});

test('one that does not bear the label itself is told nothing of those who do; simulated nodes are no peers', async () => {
  const { mesh } = await setUp(entry('1', PROBE), entry('2', PROBE), entry('3', { role: 'db' }), entry('4', PROBE, { simulated: true }));
  const stranger = streamOf('3');
  mesh.wish(stranger, { label: 'role=probe', limit: 32 });
  expect(stranger.told).toEqual([{ label: 'role=probe', peers: [], country: '', region: '' }]);
  const member = streamOf('1');
  mesh.wish(member, { label: 'role=probe', limit: 32 });
  expect(member.told[0]?.peers.map(({ nodeId }) => nodeId)).toEqual(['2']);
  const odd = streamOf('1');
  mesh.wish(odd, { label: 'role', limit: 32 });
  expect(odd.told).toEqual([{ label: 'role', peers: [], country: 'gh', region: 'accra' }]);
});

test('changes are gathered, and told only to whom they concern', async () => {
  const { mesh, put, remove } = await setUp(entry('1', PROBE), entry('5', { role: 'db' }), entry('6', { role: 'db' }));
  const [probe, database] = [streamOf('1'), streamOf('5')];
  mesh.wish(probe, { label: 'role=probe', limit: 32 });
  mesh.wish(database, { label: 'role=db', limit: 32 });
  put(entry('2', PROBE));
  put(entry('3', PROBE));
  expect(probe.told).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  expect(probe.told[1]?.peers.map(({ nodeId }) => nodeId).sort()).toEqual(['2', '3']);
  expect(database.told).toHaveLength(1);
  remove('3');
  vi.advanceTimersByTime(2000);
  expect(probe.told[2]?.peers.map(({ nodeId }) => nodeId)).toEqual(['2']);
  mesh.gone(probe);
  remove('2');
  vi.advanceTimersByTime(2000);
  expect(probe.told).toHaveLength(3);
});

test('a node without a mesh is told where it is, and where it has moved to', async () => {
  const { mesh, put } = await setUp(entry('1', PROBE));
  const stream = streamOf('1');
  mesh.wish(stream, { label: '', limit: 0 });
  put(entry('1', { country: 'ng', region: 'lagos' }));
  vi.advanceTimersByTime(2000);
  expect(stream.told).toEqual([
    { label: '', peers: [], country: 'gh', region: 'accra' },
    { label: '', peers: [], country: 'ng', region: 'lagos' },
  ]);
});

test('no more peers than the limit, whatever is asked for', async () => {
  const { mesh } = await setUp(...Array.from({ length: 60 }, (_, i) => entry(String(i), PROBE)));
  const stream = streamOf('0');
  mesh.wish(stream, { label: 'role=probe', limit: 5 });
  mesh.wish(stream, { label: 'role=probe', limit: 4_000_000_000 });
  expect(stream.told.map(({ peers }) => peers.length)).toEqual([5, 32]);
});

test('stop without start, start twice, stop twice', async () => {
  const { mesh, listeners } = await setUp();
  await mesh.start();
  expect(listeners.size).toBe(2);
  await mesh.stop();
  await mesh.stop();
  expect(listeners.size).toBe(0);
});
