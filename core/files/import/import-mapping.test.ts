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

const TIMES = ['2026-11-23T10:00:00Z', '2026-11-23T10:01:00Z', '2026-11-23T10:02:00Z'];
const plan = (headers: string[], rows: string[][], wanted: Partial<WantedMapping> = {}) =>
  planMapping(headers, rows, { ...GUESSED, ...wanted }, 'file.csv');
const fieldsOf = (mapping: ReturnType<typeof planMapping>) =>
  mapping.fields.map(({ name, unit }) => (unit === undefined ? name : `${name} in ${unit}`));

it('leaves out what counts the rows, takes a time without a name, and names the other columns without one', () => {
  const counted = plan(
    ['', 'timestamp', 'value'],
    TIMES.map((time, i) => [String(i), time, '1.5']),
  );
  expect([counted.time.header, fieldsOf(counted), counted.leftOut]).toEqual([
    'timestamp',
    ['value'],
    [{ header: 'column_1', reason: 'it has no name and counts the rows' }],
  ]);
  const indexed = plan(
    ['', 'value'],
    TIMES.map((time) => [time, '1.5']),
  );
  expect([indexed.time.header, fieldsOf(indexed), indexed.leftOut]).toEqual(['column_1', ['value'], []]);
  const trailing = plan(
    ['time', 'v', ''],
    TIMES.map((time) => [time, '1', '']),
  );
  expect([fieldsOf(trailing), trailing.leftOut]).toEqual([['v'], [{ header: 'column_3', reason: 'it has no name and no values' }]]);
  const valued = plan(
    ['time', 'Unnamed: 1'],
    TIMES.map((time) => [time, '7']),
  );
  expect([fieldsOf(valued), valued.notes]).toEqual([
    ['column_2'],
    [expect.stringContaining('column 2 has no name in the file: it is called column_2')],
  ]);
  expect(
    fieldsOf(
      plan(
        ['', 'value'],
        TIMES.map((time) => [time, '1']),
        { timeColumn: 'column_1' },
      ),
    ),
  ).toEqual(['value']);
});

it('renames columns as it is told, for the guess as well', () => {
  const rows = TIMES.map((time) => [time, 'web-1', '1', '2']);
  const mapping = plan(['Wann', 'Rechner', 'a', 'b'], rows, { renames: { Wann: 'time', Rechner: 'host', b: 'busy' } });
  expect([mapping.time.header, mapping.node.header, fieldsOf(mapping)]).toEqual(['Wann', 'Rechner', ['a', 'busy']]);
  expect(() => plan(['time', 'v'], rows, { renames: { nothing: 'x' } })).toThrow(
    'column "nothing" is to be renamed "x": the file has time, v',
  );
  expect(() => plan(['time', 'v'], rows, { renames: { v: 'select' } })).toThrow(
    'column "v" is to be renamed "select": select is a word of SQL',
  );
  expect(() => plan(['time', 'a', 'b'], rows, { renames: { a: 'x', b: 'x' } })).toThrow('are both to be renamed x');
});

it('takes numbers with one unit, and says of several that they are left out', () => {
  const rows = [0, 1, 2].map((i) => [TIMES[i] as string, `${i} %`, `${i}.5`, ['5 MB', '7 GB', '8 MB'][i] as string]);
  const mapping = plan(['time', 'cpu', 'load', 'size'], rows);
  expect([fieldsOf(mapping), mapping.leftOut]).toEqual([
    ['cpu_percent in %', 'load'],
    [{ header: 'size', reason: 'its numbers have several units (MB, GB): export them in one', lost: true }],
  ]);
  expect(fieldsOf(plan(['time', 'cpu'], rows, { fields: ['cpu'] }))).toEqual(['cpu_percent in %']);
});

it('says what was taken for what where no field is left, and that a file has no rows', () => {
  expect(() =>
    plan(
      ['time', 'host', 'state'],
      TIMES.map((time) => [time, 'a', 'up']),
    ),
  ).toThrow('no column has numbers or texts: the time is time, the node is host, state is a tag ("up"); name the fields with --fields');
  expect(() => plan(['time', 'v'], [])).toThrow('file.csv has no rows: a header alone stores nothing');
  expect(() => plan(['a\u001b[2J', 'b'], [['x', 'y']])).toThrow('the file has "a\\u001b[2J", b');
});

it('says which two columns have one name, and which row is no header', () => {
  const plan = (headers: string[]) => planMapping(headers, [headers.map(() => '1')], GUESSED, 'a.csv');
  expect(() => plan(['time', 'busy', 'idle', 'busy'])).toThrow('the header (row 1) has the column "busy" twice, as columns 2 and 4');
  expect(() => plan(['2026-11-23T10:00:00Z', '1.5'])).toThrow('row 1 is data, not a header');
});
