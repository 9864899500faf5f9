import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { toRegistryInfo } from '../nodes/registry-info.ts';
import { assertProfile, isInShare, ProfileSet, type StoredProfile } from './config-profile.ts';

const IDS = Array.from({ length: 1000 }, () => randomUUID());

function node(nodeId: string, labels: Record<string, string> = {}) {
  const info = toRegistryInfo({ ...toRegistryInfo(null, {}), name: `host-${nodeId}`, labels }, {});
  return { nodeId, info, state: '', skewUs: 0, gateway: '', problem: '' };
}

function profile(name: string, more: Partial<StoredProfile> = {}): StoredProfile {
  return { name, version: 1, document: `name: ${name}\n`, filter: '', sharePercent: 100, changedMs: 1, ...more };
}

test('a share is about as large as asked for, stable, and keeps who was in when it grows', () => {
  const inShare = (name: string, sharePercent: number) => new Set(IDS.filter((id) => isInShare(id, { name, sharePercent })));
  const half = inShare('canary', 50);
  expect(half.size).toBeGreaterThan(420);
  expect(half.size).toBeLessThan(580);
  expect(inShare('canary', 50)).toEqual(half);
  for (const id of inShare('canary', 20)) expect(half).toContain(id);
  for (const id of half) expect(inShare('canary', 51)).toContain(id);
  expect(inShare('another', 50)).not.toEqual(half);
  expect(inShare('canary', 100).size).toBe(IDS.length);
});

test('the first profile by name that is for a node counts', () => {
  const set = new ProfileSet([profile('b', { filter: 'region:gh' }), profile('a', { filter: 'label.role:db' })]);
  expect(set.assign(node('1', { region: 'gh', role: 'db' }))?.profile.name).toBe('a');
  expect(set.assign(node('2', { region: 'gh' }))?.profile.name).toBe('b');
  expect(set.assign(node('3', { region: 'ng' }))).toBeUndefined();
});

test('who is outside the share keeps what all had before, else takes the next profile', () => {
  const base = { version: 1, document: 'interval: 5s\n' };
  const canary = profile('a', { version: 2, sharePercent: 50, base });
  const set = new ProfileSet([canary]);
  const versions = IDS.map((id) => set.assign(node(id))?.version);
  expect(new Set(versions)).toEqual(new Set([1, 2]));
  const { base: _, ...fresh } = canary;
  const two = new ProfileSet([fresh, profile('z', { version: 3 })]);
  expect(new Set(IDS.map((id) => two.assign(node(id))?.version))).toEqual(new Set([2, 3]));
});

test.each([
  [{ name: 'Not A Name' }, '"Not A Name" is not a name'],
  [{ document: ' \n' }, 'the document is empty'],
  [{ document: 'interval: 1s\nintervall: 2s\n' }, "document:2: unknown key 'intervall': did you mean interval?"],
  [{ document: 'gateway: other:1\n' }, 'document:1: gateway may not be set from afar'],
  [{ document: 'x'.repeat(70_000) }, 'the document has 70000 bytes: at most 65536'],
  [{ sharePercent: 101 }, 'share_percent is 101'],
  [{ filter: 'cpu>80' }, 'filter: cpu changes with how a node does'],
  [{ filter: 'regionn:gh' }, 'did you mean region?'],
])('%j is refused', (wrong, words) => {
  expect(() => assertProfile({ name: 'base', document: 'interval: 1s\n', filter: 'region:gh', sharePercent: 0, ...wrong })).toThrow(words);
});
