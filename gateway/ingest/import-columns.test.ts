import { expect, it } from 'vitest';
import { columnProblems } from './import-columns.ts';

const TYPES = new Map([
  ['timestamp', 'timestamp'],
  ['host', 'symbol'],
  ['status', 'double'],
  ['note', 'varchar'],
]);

it('names the columns whose type would change', () => {
  expect(columnProblems({ measurement: 'm', tags: ['host', 'note'], fields: ['new'], texts: ['status'] }, TYPES)).toEqual([
    expect.stringContaining('m.note is a text in the table and a tag here (--tags)'),
    expect.stringContaining('m.status is a number in the table and a text here (--texts)'),
  ]);
});

it('has nothing to say of a table that is not there, or that fits', () => {
  expect(columnProblems({ measurement: 'm', tags: ['host'], fields: ['status'], texts: ['note', 'other'] }, TYPES)).toEqual([]);
  expect(columnProblems({ measurement: 'other', tags: [], fields: [], texts: ['status'] }, new Map())).toEqual([]);
});
