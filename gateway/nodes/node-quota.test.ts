import { expect, it } from 'vitest';
import { NodeQuota } from './node-quota.ts';

const DAY_MS = 86_400_000;

function make(quota: NodeQuota, createdBy: string, names: string[], enrolledMs: number): void {
  for (const nodeId of names) {
    quota.assertRoom(createdBy);
    quota.note({ nodeId, createdBy, enrolledMs });
  }
}

it('takes so many new nodes of a token a day, and goes on the next', () => {
  let nowMs = 20 * DAY_MS + 5;
  const quota = new NodeQuota({ maxNodes: 100, newNodesPerTokenPerDay: 3 }, () => nowMs);
  quota.note({ nodeId: 'of yesterday', createdBy: 'a', enrolledMs: nowMs - DAY_MS });
  make(quota, 'a', ['1', '2', '3'], nowMs);
  // The same node again is no other one, and one that was removed still counts.
  quota.note({ nodeId: '3', createdBy: 'a', enrolledMs: nowMs });
  quota.forget('3');
  expect(() => quota.assertRoom('a')).toThrow(
    'token a has made 3 new nodes today, at most 3 are taken: wait until 1970-01-22T00:00:00.000Z, or raise newNodesPerTokenPerDay',
  );
  make(quota, 'b', ['4'], nowMs);
  nowMs += DAY_MS;
  make(quota, 'a', ['5'], nowMs);
});

it('counts nodes that come at once before they are written, each once', () => {
  const quota = new NodeQuota({ maxNodes: 100, newNodesPerTokenPerDay: 2 }, () => 0);
  for (const nodeId of ['1', '1', '2', '2', '1']) quota.admit('a', nodeId);
  expect(() => quota.admit('a', '3')).toThrow('at most 2 are taken');
  expect(() => quota.admit('b', '3')).not.toThrow();
});

it('takes so many nodes in all, and another where one is removed', () => {
  const quota = new NodeQuota({ maxNodes: 2, newNodesPerTokenPerDay: 100 }, () => 0);
  make(quota, 'a', ['1'], 0);
  make(quota, 'b', ['2'], 0);
  expect(() => quota.assertRoom('c')).toThrow('the fleet has 2 nodes, sources among them, at most 2 are taken: remove some');
  quota.forget('1');
  expect(() => quota.assertRoom('c')).not.toThrow();
});
