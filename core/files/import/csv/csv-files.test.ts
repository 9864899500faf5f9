// How CSV files are written: what stands before the rows, between the cells and in the bytes. Each gives the same rows, or a word.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BatchBuilder } from '../batch-builder.ts';
import type { WantedMapping } from '../import-mapping.ts';
import type { CsvReading, SourcePosition } from '../import-source.ts';
import { openSource } from '../open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-files-'));
const FIRST_MS = Date.UTC(2026, 10, 20, 8);
const GUESSED: WantedMapping = {
  ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], texts: [], measurement: 'm' },
};

interface Options {
  wanted?: Partial<WantedMapping>;
  csv?: CsvReading;
  from?: SourcePosition;
  pieceBytes?: number;
}

/** Each row as `seconds values`, then what was refused. */
async function read(content: Buffer | string, { wanted = {}, csv = {}, from, pieceBytes }: Options = {}) {
  const path = join(folder, 'trial.csv');
  writeFileSync(path, content);
  const source = await openSource(path, csv);
  const mapping = source.plan({ ...GUESSED, ...wanted });
  const rows: string[] = [];
  const refused: string[] = [];
  const names = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name);
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: names(mapping.tags), fields: names(mapping.fields), texts: names(mapping.texts), identity: 'x' },
    onBatch: ({ frame }) => {
      for (const [row, timeUs] of frame.timeUs.entries()) {
        const values = frame.fields.map((_, f) => frame.values[f * frame.timeUs.length + row]);
        const tags = frame.series[frame.seriesIndex[row] as number] ?? [];
        rows.push([(timeUs / 1000 - FIRST_MS) / 1000, ...tags, ...values].join(' '));
      }
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  await source.assertReadable(mapping);
  const options = { builder, mapping, shiftUs: 0, window, onRefused: ({ reason }: { reason: string }) => refused.push(reason) };
  const reader = await source.read({ ...options, ...(pieceBytes === undefined ? {} : { pieceBytes }) }, from);
  const stops: SourcePosition[] = [];
  while (await reader.next()) {
    builder.flush();
    stops.push({ ...reader.position });
  }
  builder.flush();
  await reader.close();
  return { rows, refused, mapping, counts: reader.counts, description: source.description, stops };
}

const T = '2026-11-20 08:00';
const PLAIN = `time,v\n${T}:00,1\n${T}:10,2\n`;
const ROWS = ['0 1', '10 2'];

it.each([
  ['sep=', `sep=;\r\n${PLAIN.replaceAll(',', ';')}`],
  ['sep= in quotes', `"sep=,"\n${PLAIN}`],
  ['sep= of a tab', `sep=\t\n${PLAIN.replaceAll(',', '\t')}`],
  ['comments', `# one "quote\n# two\n${PLAIN}# three\n`],
  ['comments in quotes', `"# one, two"\n${PLAIN}`],
  ['a header in a comment', PLAIN.replace('time,v', '# a run\n#time,v')],
  ['blank lines', `\n\r\n${PLAIN}\n\n`],
  ['a title', `The north site\n\n${PLAIN}${T}:10,2\n`.replace(`${T}:10,2\n`, '')],
  ['a title as wide as the table', `Run 7,\n,\n${PLAIN}`],
  ['blanks behind the delimiter', PLAIN.replaceAll(',', ', ')],
  ['blanks around cells', PLAIN.replaceAll(',', ' , ')],
  ['quotes behind blanks', `"time", "v"\n"${T}:00", "1"\n"${T}:10", "2"\n`],
  ['carets', PLAIN.replaceAll(',', '^')],
  ['the separator of Hive', PLAIN.replaceAll(',', '\x01')],
  ['the header again', `${PLAIN.replace(`${T}:10`, `time,v\n${T}:10`)}`],
  ['a delimiter at the end of each row', PLAIN.replaceAll('\n', ',\n')],
  ['a delimiter at the end of each row but the header', PLAIN.replaceAll(/(\d)\n/g, '$1,\n')],
  ['row names without a header', PLAIN.replace(`\n${T}:00`, `\n1,${T}:00`).replace(`\n${T}:10`, `\n2,${T}:10`)],
  ['no last line end', PLAIN.trimEnd()],
  ['day and time apart', PLAIN.replace('time', 'Date,Time').replaceAll(' ', ',')],
  ['blanks for delimiters', PLAIN.replace('time', 'Date Time').replaceAll(',', ' ')],
  ['a head of TOA5', `"TOA5","a","b"\n"time","v"\n"TS","RN"\n"",""\n${PLAIN.slice(7)}`],
])('reads the rows behind %s', async (_, content) => {
  const { rows, refused } = await read(content);
  expect([rows, refused]).toEqual([ROWS, []]);
});

it('reads one row without a line end, and counts lines that are blank', async () => {
  expect((await read(`time,v\n${T}:00,1`)).rows).toEqual(['0 1']);
  expect((await read(`\n${PLAIN}${T}:20,3\nx,2\n`)).refused).toEqual(['row 6: time is "x": no time as iso']);
});

it('passes over as many rows as it is told', async () => {
  expect((await read(`"odd "quotes"\nx\n${PLAIN}`, { csv: { skipRows: 2 } })).rows).toEqual(ROWS);
  await expect(read(PLAIN, { csv: { skipRows: 9 } })).rejects.toThrow('skip_rows is 9: the file has 3 line ends');
});

it('takes nothing of a table with another header behind comments', async () => {
  const { rows, refused } = await read(`# a\n${PLAIN}# b\ntime,w\n${T}:20,3\n# c\ntime,v\n${T}:30,4\n`);
  expect(rows).toEqual([...ROWS, '30 4']);
  expect(refused).toEqual([
    'row 6: time is "time": no time as iso',
    'row 7: it belongs to the header in row 6: import that table by itself',
  ]);
});

it('goes on in a file with comments, and in one of another encoding, as if it had read what is before', async () => {
  const lines = Array.from({ length: 400 }, (_, i) => `${new Date(FIRST_MS + i * 1000).toISOString()},${i}`);
  const commented = `# a\ntime,v\n${lines.slice(0, 200).join('\n')}\n# b\n${lines.slice(200).join('\n')}\n`;
  for (const content of [commented, Buffer.from(`\ufefftime,v\n${lines.join('\n')}\n`, 'utf16le')]) {
    const whole = await read(content, { pieceBytes: 1024 });
    expect(whole.rows).toHaveLength(400);
    for (const from of whole.stops)
      expect((await read(content, { pieceBytes: 1024, from })).rows).toEqual(whole.rows.slice(rowsBefore(from, content)));
  }
});

/** Rows with data before a position. */
function rowsBefore({ row }: SourcePosition, content: Buffer | string): number {
  const text = typeof content === 'string' ? content : content.toString('utf16le');
  return text
    .split('\n')
    .slice(0, row)
    .filter((line) => /^\d/.test(line)).length;
}

it('finds a column that is empty at first, and one that is empty to the end', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `${new Date(FIRST_MS + i * 1000).toISOString()},${i},${i < 2900 ? 'NA' : i},`);
  const { rows, mapping, counts } = await read(`time,a,late,never\n${lines.join('\n')}`);
  expect(mapping.fields.map(({ name }) => name)).toEqual(['a', 'late']);
  expect(mapping.leftOut).toEqual([{ header: 'never', reason: 'it is empty' }]);
  expect([rows.length, rows.at(-1), counts.absent]).toEqual([3000, '2999 2999 2999', 2900]);
});

it('takes numbers that first come behind the part of the file that is looked at first, however few they are', async () => {
  const lines = Array.from({ length: 12_000 }, (_, i) => `${new Date(FIRST_MS + i * 1000).toISOString()},${i},${i < 11_995 ? '' : i / 2}`);
  const { mapping } = await read(`time,a,late\n${lines.join('\n')}\n`);
  expect(mapping.tags).toEqual([]);
  expect(mapping.fields.map(({ name }) => name)).toEqual(['a', 'late']);
});

it('reads decimal commas, thousands and quotes that a delimiter asks for, and never guesses what a comma is', async () => {
  expect((await read(`time;v\n${T}:00;1.034,5\n${T}:10;1.034\n`)).rows).toEqual(['0 1034.5', '10 1034']);
  expect((await read(`time,v\n${T}:00,"1,034.5"\n${T}:10,"1,034"\n`)).rows).toEqual(['0 1034.5', '10 1034']);
  expect((await read(`time,v\n${T}:00,"12,5"\n${T}:10,"1.034,5"\n`)).rows).toEqual(['0 12.5', '10 1034.5']);
  const late = Array.from({ length: 1200 }, (_, i) => `${new Date(FIRST_MS + i * 1000).toISOString()};${i}`);
  const { rows, refused } = await read(`time;v\n${late.join('\n')}\n${T}:00;1,034\n`);
  expect([rows.length, refused]).toEqual([1200, [expect.stringContaining('row 1202: v is "1,034": the comma may be a decimal sign')]]);
});

it('reads a codepage by all of its bytes, and asks where it cannot be told', async () => {
  const filler = `${T}:00,Accra,1\n`.repeat(20_000);
  const latin = await read(Buffer.from(`time,place,v\n${filler}${T}:10,Zürich,2\n`, 'latin1'));
  expect([latin.rows.at(-1), latin.description, latin.mapping.notes]).toEqual([
    '10 Zürich 2',
    expect.stringContaining('Windows-1252'),
    [expect.stringContaining('--encoding (encoding) names another')],
  ]);
  const mixed = Buffer.concat([
    Buffer.from(`time,place,v\n${T}:00,Köln,1\n${T}:05,Zürich,1\n`),
    Buffer.from(`${T}:10,Z\xfcrich,2\n`, 'latin1'),
  ]);
  expect(await read(mixed)).toMatchObject({
    rows: ['0 Köln 1', '5 Zürich 1'],
    refused: ["row 4: place has bytes that are no UTF-8: name the file's encoding with --encoding (encoding)"],
  });
  const cyrillic = Buffer.from('d0e5e9f1', 'hex');
  const other = Buffer.concat([Buffer.from(`time,place,v\n${T}:00,`), cyrillic, Buffer.from(',1\n')]);
  await expect(read(other)).rejects.toThrow('it cannot be told which it is: name one with --encoding');
  expect((await read(other, { csv: { encoding: 'windows-1251' } })).rows).toEqual(['0 Рейс 1']);
  await expect(read(other, { csv: { encoding: 'klingon' } })).rejects.toThrow('encoding is "klingon"');
  expect((await read(Buffer.from(`time,place,v\n${T}:00,a\x81b,1\n`, 'latin1'), { csv: { encoding: 'windows-1252' } })).refused).toEqual([
    "row 2: place has bytes that are no Windows-1252: name the file's encoding with --encoding (encoding)",
  ]);
});

it('refuses the row of an odd last byte of UTF-16', async () => {
  const { rows, refused } = await read(Buffer.concat([Buffer.from(`\ufeff${PLAIN.trimEnd()}`, 'utf16le'), Buffer.from([0x30])]));
  expect([rows, refused]).toEqual([['0 1'], [expect.stringMatching(/^row 3: v is "2.": no number/)]]);
});

it('tells the hour that comes twice by the order of each series, and refuses what that does not tell', async () => {
  const rows = (...times: string[]) => `time,v\n${times.map((time, i) => `2026-10-25 ${time}:00,${i}`).join('\n')}\n`;
  const berlin = { wanted: { timeZone: 'Europe/Berlin' } };
  const twice = await read(rows('01:30', '02:00', '02:30', '02:00', '02:30', '03:00'), berlin);
  expect(new Set(twice.rows.map((row) => row.split(' ')[0])).size).toBe(6);
  expect(twice.refused).toEqual([]);
  const once = await read(rows('01:30', '02:00', '02:30', '03:00'), berlin);
  expect([once.rows.length, once.refused]).toEqual([
    2,
    [expect.stringMatching(/^row 3: time is .* comes twice in Europe\/Berlin/), expect.stringMatching(/^row 4: /)],
  ]);
});

it('lets no header and no refusal bring a byte that a terminal would obey', async () => {
  const { mapping, refused } = await read(`time,"a\x1b[31m\nb",v\n${T}:00,x,1\n${T}:10,x,2\n${T}:20,x,3\n${T}:30,y,\x1b[2J\n`);
  expect(mapping.tags.map(({ header, name }) => [header, name])).toEqual([['a [31m b', 'a_31m_b']]);
  expect(refused).toEqual(['row 5: v is "\\u001b[2J": no number of a double\'s range']);
});
