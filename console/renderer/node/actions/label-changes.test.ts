import { expect, test } from 'vitest';
import { changedMeanwhile, labelChanges, rebased } from './label-changes.ts';

test('only what is another is set, and what is gone is removed; a new name is both', () => {
  const before = { region: 'gh', rack: 'B12', city: 'Accra' };
  const after = [
    { name: 'region', value: 'gh' },
    { name: 'row', value: 'B12' },
    { name: 'city', value: 'Kumasi' },
  ];
  expect(labelChanges(before, after)).toEqual({ set: { row: 'B12', city: 'Kumasi' }, remove: ['rack'] });
  const edited = Object.fromEntries(after.map(({ name, value }) => [name, value]));
  const back = labelChanges(
    edited,
    Object.entries(before).map(([name, value]) => ({ name, value })),
  );
  expect(back).toEqual({ set: { rack: 'B12', city: 'Accra' }, remove: ['row'] });
});

test('what somebody else changed meanwhile is told, conflicts where both changed it, and stays as it is unless it was edited here', () => {
  const opened = { rack: '1a', owner: 'ann', tier: 'a' };
  const edited = { rack: '1b', tier: 'b' };
  const theirs = { rack: '1a', owner: 'ben', tier: 'b', maintenance: 'true' };
  expect(changedMeanwhile(opened, edited, theirs)).toEqual([
    { name: 'maintenance', theirs: 'true', conflict: false },
    { name: 'owner', theirs: 'ben', conflict: true },
    { name: 'tier', theirs: 'b', conflict: false },
  ]);
  expect(rebased(opened, edited, theirs)).toEqual({ rack: '1b', tier: 'b', maintenance: 'true' });
  expect(changedMeanwhile(opened, edited, opened)).toEqual([]);
});
