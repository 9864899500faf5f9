import { expect, test } from 'vitest';
import { labelChanges } from './label-changes.ts';

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
