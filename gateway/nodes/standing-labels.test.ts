import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { toRegistryInfo } from './registry-info.ts';
import { assertLabelChange, changeLabels } from './standing-labels.ts';

function entryOf(reported: Record<string, string>, assigned: Record<string, string>): RegistryEntry {
  const info = toRegistryInfo({ ...toRegistryInfo(null, {}), labels: reported }, assigned);
  return { nodeId: 'n', info, reportedLabels: reported, assignedLabels: assigned, enrolledMs: 1, updatedMs: 1, intervalMs: 1000 };
}

test("an operator's label stands over the token's and the machine's; removed, it comes back as the machine has it", () => {
  const before = entryOf({ region: 'own', rack: '7' }, { region: 'gh', tier: 'a' });
  expect(before.info.labels).toEqual({ region: 'gh', rack: '7', tier: 'a' });
  const set = changeLabels(before, { set: { region: 'ng', city: 'Lagos' }, remove: [] });
  expect(set.info.labels).toEqual({ region: 'ng', rack: '7', tier: 'a', city: 'Lagos' });
  const removed = changeLabels(set, { set: {}, remove: ['region', 'city', 'tier', 'unknown'] });
  expect(removed.info.labels).toEqual({ region: 'own', rack: '7' });
});

test('an entry of earlier days, without what the machine said, loses only what is removed', () => {
  const { reportedLabels: _, ...old } = entryOf({ rack: '7' }, { region: 'gh' });
  const set = changeLabels(old, { set: { city: 'Accra' }, remove: [] });
  expect(set.info.labels).toEqual({ region: 'gh', rack: '7', city: 'Accra' });
  expect(changeLabels(set, { set: {}, remove: ['city'] }).info.labels).toEqual({ region: 'gh', rack: '7' });
});

test.each([
  [{ set: {}, remove: [] }, 'no label is named'],
  [{ set: { latitude: '91' }, remove: [] }, 'label latitude is "91": degrees from -90 to 90'],
  [{ set: { city: '' }, remove: [] }, 'label city has no value'],
  [{ set: { city: 'Accra' }, remove: ['city'] }, 'label city is set and removed at once'],
])('%j is refused', (change, words) => {
  expect(() => assertLabelChange(change)).toThrow(words);
});

test('labels are bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v']));
  expect(() => changeLabels(entryOf({}, {}), { set: many, remove: [] })).toThrow('65 labels: at most 64');
});

test('a label that somebody else changed since it was seen is not changed, and nothing else is; one that nobody touches may be another', () => {
  const seen = { rack: '1a', owner: 'ann' };
  const entry = entryOf(seen, {});
  const now = changeLabels(
    { ...entry, info: { ...entry.info, name: 'web-1' } },
    { set: { maintenance: 'true', owner: 'ben' }, remove: [] },
  );
  const change =
    (set: Record<string, string>, remove: string[] = []) =>
    () =>
      changeLabels(now, { set, remove, seen });
  expect(change({ rack: '1b' })().info.labels).toEqual({ rack: '1b', owner: 'ben', maintenance: 'true' });
  expect(change({ rack: '1b', owner: 'cy' })).toThrow('label owner of web-1 is "ben" now and was "ann": somebody else changed it');
  expect(change({}, ['maintenance'])).toThrow('label maintenance of web-1 is "true" now and was not set');
  expect(change({ maintenance: '2026-12-01T00:00:00Z' })).toThrow('was not set');
});
