import { expect, it } from 'vitest';
import { planMapping, type WantedMapping } from './import-mapping.ts';

const GUESSED: WantedMapping = {
  ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], texts: [], measurement: 'cpu' },
};
const HEADERS = ['timestamp', 'node_id', 'cpu', 'busy'];
const ROWS = ['0', '1', '2', '3', 'total'].map((cpu, i) => ['2026-11-23T10:00:00Z', 'a', cpu, String(i)]);

it('takes texts that look like numbers for a tag where the file says that they are texts', () => {
  const names = ({ tags, fields }: ReturnType<typeof planMapping>) => [tags.map((tag) => tag.name), fields.map((field) => field.name)];
  expect(names(planMapping(HEADERS, ROWS, GUESSED, 'cpu.csv'))).toEqual([[], ['cpu', 'busy']]);
  expect(names(planMapping(HEADERS, ROWS, GUESSED, 'cpu.parquet', new Set([1, 2])))).toEqual([['cpu'], ['busy']]);
  expect(names(planMapping(HEADERS, ROWS, { ...GUESSED, tags: ['cpu'] }, 'cpu.csv'))).toEqual([['cpu'], ['busy']]);
});

it('takes a different text in each row for a text, unless texts are named', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ['2026-11-23T10:00:00Z', 'a', `line ${i}`, i % 2 ? 'x' : 'y', String(i), '']);
  const plan = (wanted: Partial<WantedMapping>) => {
    const { tags, fields, texts, leftOut } = planMapping(
      ['timestamp', 'node_id', 'Log line', 'kind', 'busy', 'none'],
      rows,
      { ...GUESSED, ...wanted },
      'a',
    );
    const names = [tags, fields, texts].map((columns) => columns.map((column) => column.name).join());
    return [...names, leftOut.map(({ header, reason }) => `${header}: ${reason}`).join()];
  };
  expect(plan({})).toEqual(['kind', 'busy', 'log_line', 'none: empty in the first rows']);
  expect(plan({ tags: ['kind'] })).toEqual(['kind', 'busy', 'log_line', 'none: empty in the first rows']);
  expect(plan({ tags: ['Log line'] })).toEqual(['log_line', 'busy', 'kind', 'none: empty in the first rows']);
  expect(plan({ texts: ['kind', 'busy', 'none'] })).toEqual(['', '', 'kind,busy,none', 'Log line: not among the texts named']);
  expect(() => plan({ texts: ['kind'], tags: ['kind'] })).toThrow('column "kind" is named for two things: choose one');
  expect(() => plan({ texts: ['nothing'] })).toThrow('a text is column "nothing": the file has timestamp, node_id, Log line');
});

it('says how many columns a table may have', () => {
  const wide = (fields: number) => ['time', 'host', ...Array.from({ length: fields }, (_, i) => `f${i}`)];
  const row = (fields: number) => ['2026-11-23T10:00:00Z', 'a', ...Array.from({ length: fields }, () => '1')];
  expect(planMapping(wide(498), [row(498)], GUESSED, 'a').fields).toHaveLength(498);
  expect(() => planMapping(wide(500), [row(500)], GUESSED, 'a')).toThrow(
    'the table cpu would have 502 columns, at most 500 are taken: name 498 fields or fewer with --fields',
  );
});
