import { expect, test } from 'vitest';
import { PeerRing } from './peer-ring.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `node-${i}`);

test('a small mesh is a full one, without oneself', () => {
  const ring = new PeerRing(ids(3));
  expect(ring.peersOf('node-1', 32).sort()).toEqual(['node-0', 'node-2']);
  expect(new PeerRing(['node-0']).peersOf('node-0', 32)).toEqual([]);
  expect(ring.peersOf('node-9', 32), 'not of the mesh').toEqual([]);
});

test('in a large mesh every node is the peer of as many as it has', () => {
  const ring = new PeerRing(ids(1000));
  const probed = new Map<string, number>();
  for (const nodeId of ids(1000)) {
    const peers = ring.peersOf(nodeId, 32);
    expect(new Set(peers).size).toBe(32);
    expect(peers).not.toContain(nodeId);
    for (const peer of peers) probed.set(peer, (probed.get(peer) ?? 0) + 1);
  }
  expect(new Set(probed.values())).toEqual(new Set([32]));
});

test('a node that joins changes one place for those before it and nothing for the rest', () => {
  const before = new PeerRing(ids(200));
  const after = new PeerRing([...ids(200), 'newcomer']);
  const changed = ids(200).filter((nodeId) => before.peersOf(nodeId, 8).join() !== after.peersOf(nodeId, 8).join());
  expect(changed).toHaveLength(8);
  for (const nodeId of changed)
    expect(before.peersOf(nodeId, 8).filter((peer) => !after.peersOf(nodeId, 8).includes(peer))).toHaveLength(1);
});
