import { expect, it } from 'vitest';
import { planMapping, type WantedMapping } from './import-mapping.ts';

const GUESSED: WantedMapping = {
  ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], measurement: 'cpu' },
};
const HEADERS = ['timestamp', 'node_id', 'cpu', 'busy'];
const ROWS = ['0', '1', '2', '3', 'total'].map((cpu, i) => ['2026-11-23T10:00:00Z', 'a', cpu, String(i)]);

it('takes texts that look like numbers for a tag where the file says that they are texts', () => {
  const names = ({ tags, fields }: ReturnType<typeof planMapping>) => [tags.map((tag) => tag.name), fields.map((field) => field.name)];
  expect(names(planMapping(HEADERS, ROWS, GUESSED, 'cpu.csv'))).toEqual([[], ['cpu', 'busy']]);
  expect(names(planMapping(HEADERS, ROWS, GUESSED, 'cpu.parquet', new Set([1, 2])))).toEqual([['cpu'], ['busy']]);
  expect(names(planMapping(HEADERS, ROWS, { ...GUESSED, tags: ['cpu'] }, 'cpu.csv'))).toEqual([['cpu'], ['busy']]);
});
