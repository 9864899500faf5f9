// JSON lines whose keys strangers chose: any number of them, anywhere in the file, under any name.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textAt } from '../../../common/frame.ts';
import { BatchBuilder } from '../batch-builder.ts';
import { openSource } from '../open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-ndjson-'));
const time = (row: number): string => new Date(Date.UTC(2026, 10, 20) + row * 1000).toISOString();
const OF_EVERY_OBJECT = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf', '__defineGetter__'];

interface Wanted {
  tags?: string[];
  fields?: string[];
  texts?: string[];
}

/** Rows as they would be stored, by the names of the file. */
async function read(lines: readonly string[], wanted: Wanted = {}) {
  const path = join(folder, 'a.ndjson');
  writeFileSync(path, lines.join('\n'));
  return readFile(path, wanted);
}

async function readFile(path: string, wanted: Wanted = {}) {
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: 'n', measurement: 'm', tags: [], fields: [], texts: [] },
    ...wanted,
  });
  await source.assertReadable(mapping);
  const rows: Record<string, unknown>[] = [];
  const refused: string[] = [];
  const names = (columns: readonly { header: string }[]): string[] => columns.map(({ header }) => header);
  const [tags, fields, texts] = [names(mapping.tags), names(mapping.fields), names(mapping.texts)];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags, fields, texts, identity: 'x' },
    onBatch: ({ frame }) => {
      for (const [row, timeUs] of frame.timeUs.entries()) {
        const cells: [string, unknown][] = [['time', timeUs]];
        for (const [i, tag] of tags.entries()) cells.push([tag, frame.series[frame.seriesIndex[row] as number]?.[i]]);
        for (const [i, field] of fields.entries()) cells.push([field, frame.values[i * frame.timeUs.length + row]]);
        for (const [i, text] of texts.entries()) cells.push([text, textAt(frame, row, i)]);
        rows.push(Object.fromEntries(cells.filter(([, value]) => value !== undefined && value !== '' && !Number.isNaN(value))));
      }
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason) });
  while (await reader.next()) {
    // Each call reads a piece.
  }
  builder.flush();
  await reader.close();
  return { rows, refused, mapping, tags, fields, texts };
}

it('takes a key that first comes in the last of many lines', async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    JSON.stringify({ time: time(i), a: i, pad: 'x'.repeat(60), ...(i > 29_990 ? { late: i, word: `w${i}` } : {}) }),
  );
  const { rows, refused, mapping, fields } = await read(lines);
  expect([refused, mapping.leftOut, fields]).toEqual([[], [], ['a', 'late']]);
  expect(rows.filter((row) => row['late'] !== undefined).map((row) => [row['a'], row['word']])).toEqual(
    Array.from({ length: 9 }, (_, i) => [29_991 + i, `w${29_991 + i}`]),
  );
});

it.each(OF_EVERY_OBJECT)('takes %s for a name, and its absence for no value', async (name) => {
  const line = (row: number, value: unknown): string =>
    `{"time":"${time(row)}","v":${row}${value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`}}`;
  const asTag = await read([line(0, 'ferrari'), line(1, undefined), line(2, 'ferrari'), line(3, null)]);
  expect([asTag.tags, asTag.refused]).toEqual([[name], []]);
  expect(asTag.rows.map((row) => [row['v'], Object.hasOwn(row, name) ? row[name] : undefined])).toEqual([
    [0, 'ferrari'],
    [1, undefined],
    [2, 'ferrari'],
    [3, undefined],
  ]);
  for (const [as, value] of [
    ['fields', 1.5],
    ['texts', 'some text'],
  ] as const) {
    const { rows, refused } = await read([line(0, value), line(1, undefined), line(2, value)], {
      [as]: as === 'fields' ? ['v', name] : [name],
    });
    expect(refused).toEqual([]);
    expect(rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined))).toEqual([value, undefined, value]);
  }
});

it('keeps the digits of integers beyond 2^53 where they are names, and refuses them by their number where they are values', async () => {
  const lines = [9007199254740993n, 9007199254740992n, 9007199254740991n, -18446744073709551616n, 5n].map(
    (digits, i) => `{"time":${1_763_600_000_000_000_999n + BigInt(i) * 1_000_000_000n},"id":${digits},"v":1e300}`,
  );
  const named = await read(lines, { tags: ['id'], fields: ['v'] });
  expect(named.rows.map((row) => row['id'])).toEqual([
    '9007199254740993',
    '9007199254740992',
    '9007199254740991',
    '-18446744073709551616',
    '5',
  ]);
  expect(named.rows.map((row) => (row['time'] as number) % 1_000_000)).toEqual([0, 0, 0, 0, 0]);
  const values = await read(lines, { fields: ['id'] });
  expect(values.rows.map((row) => row['id'])).toEqual([9007199254740991, 5]);
  expect(values.refused[0]).toMatch(/^row 1: id is 9007199254740993: an integer beyond 2\^53, which a double does not hold exactly/);
  expect(values.refused).toHaveLength(3);
  const infinite = await read(['{"time":"2026-11-20T00:00:00Z","v":1}', '{"time":"2026-11-20T00:00:01Z","v":-1e999}'], { fields: ['v'] });
  expect(infinite.refused).toEqual(["row 2: v is -Infinity: no number of a double's range"]);
});

it('looks through many keys in little time, and refuses more than it takes', async () => {
  const lines = (keys: number): string[] => Array.from({ length: keys }, (_, i) => `{"time":"${time(i)}","k${i}":1}`);
  const before = process.cpuUsage();
  await expect(read(lines(9000))).rejects.toThrow('the table m would have 9002 columns, at most 500 are taken');
  await expect(read(lines(10_000))).rejects.toThrow(/has more than 10000 keys at row 10000: at most 10000 are taken/);
  const wide = `{${Array.from({ length: 3 }, (_, i) => `"${String(i).repeat(300_000)}":1`).join()},"time":1}`;
  const long = Array.from({ length: 4 }, (_, i) => wide.replaceAll(/\d(?=")/g, String(i)));
  await expect(read(long)).rejects.toThrow(/letters together/);
  // Of the processor: the clock on the wall goes on beside other work.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000);
});

it('says of a nested value anywhere which key it has', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    JSON.stringify({ time: time(i), a: i, ...(i === 19_999 ? { deep: { b: 1 } } : {}) }),
  );
  await expect(read(lines)).rejects.toThrow(/^row 20000 of .* has "deep" with an object in it: flatten it/);
  expect((await read(lines, { fields: ['a'] })).rows).toHaveLength(20_000);
});

it('refuses the row, not the file, of a time that nests however deep', async () => {
  const deep = `{"time":${'['.repeat(200_000)}${']'.repeat(200_000)},"v":1}`;
  const { rows, refused } = await read([`{"time":"${time(0)}","v":1}`, deep, deep.replace('"v":1', '"v":12345678901234567890')], {
    fields: ['v'],
  });
  expect([rows.length, refused]).toEqual([1, [expect.stringMatching(/^row 2: time is a list/), expect.stringMatching(/^row 3: /)]]);
});

it('refuses by its number a line that is no UTF-8, and a tag that is no text', async () => {
  const path = join(folder, 'bytes.ndjson');
  const line = (row: number, host: Buffer | string): Buffer =>
    Buffer.concat([Buffer.from(`{"time":"${time(row)}","v":${row},"host":"`), Buffer.from(host), Buffer.from('"}\n')]);
  writeFileSync(
    path,
    Buffer.concat([
      line(0, 'Zürich'),
      line(1, Buffer.from('Zürich', 'latin1')),
      line(2, 'a\ufffdb'),
      line(3, '\\ud800'),
      line(4, 'a\\u0000'),
    ]),
  );
  const { rows, refused } = await readFile(path, { tags: ['host'] });
  expect(rows.map((row) => row['host'])).toEqual(['Zürich', 'a\ufffdb']);
  expect(refused).toEqual([
    'row 2: it has bytes that are no UTF-8: save the file as UTF-8',
    'row 4: a tag has half of a surrogate pair in it, which no text may have',
    'row 5: a tag has a NUL character in it, which no text may have',
  ]);
});
