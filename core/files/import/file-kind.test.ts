// Files that people name by mistake, and those packed with gzip.
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { gunzipFile } from './gzip-file.ts';
import type { WantedMapping } from './import-mapping.ts';
import { openSource } from './open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-kind-'));
const GUESSED: WantedMapping = {
  ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], texts: [], measurement: '' },
};
const CSV = 'time,v\n2026-11-20T08:00:00Z,1\n';

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it.each([
  ['book.xlsx', Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml', 'latin1'), 'an Excel workbook: save the sheet as CSV'],
  ['sheet.ods', Buffer.from('PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'latin1'), 'an OpenDocument spreadsheet'],
  ['a.zip', Buffer.from('PK\x03\x04\x14\0\0\0a.csv', 'latin1'), 'a zip archive: unpack it first'],
  ['old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'a workbook of old Excel'],
  ['a.db', Buffer.from('SQLite format 3\0'), 'a SQLite database: write a table as CSV'],
  ['a.zst', Buffer.from('28b52ffd', 'hex'), 'packed with zstd: unpack it first'],
  ['a.bz2', Buffer.from('BZh91AY&SY\x01\x02'), 'packed with bzip2'],
  ['a.xz', Buffer.from('fd377a585a00', 'hex'), 'packed with xz'],
  ['a.arrow', Buffer.from('ARROW1\0\0'), 'an Arrow (Feather) file'],
  ['a.tar', Buffer.concat([Buffer.from('a.csv'), Buffer.alloc(252), Buffer.from('ustar')]), 'a tar archive'],
  ['list.json', '[{"time":"2026-11-30T10:00:00Z","v":1}]', "one JSON list: write one object a line, for example with jq -c '.[]'"],
  ['lists.json', '\ufeff [\n  {\n    "v": 1\n  }\n]', 'one JSON list'],
  ['page.html', '<!DOCTYPE html><table>', 'XML or HTML'],
  ['noise.csv', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 37) % 32)), 'no text'],
  ['zeros.csv', Buffer.alloc(1000), 'no text'],
])('says what %s is', async (name, content, words) => {
  const path = file(name, content);
  await expect(openSource(path)).rejects.toThrow(`${path} is ${words}`);
});

it('takes a header that begins like a signature, one in brackets, and UTF-16, for what they are', async () => {
  expect((await openSource(file('brackets.csv', CSV.replace('time,v', '[time],[v]')))).format).toBe('csv');
  expect((await openSource(file('orc.csv', CSV.replace('time,v', 'ORC,time')))).format).toBe('csv');
  expect((await openSource(file('wide.csv', Buffer.from(CSV, 'utf16le')))).description).toContain('utf-16le');
});

const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('muster-import-'));

it.each([
  ['a.csv.gz', CSV, 'csv', 'a'],
  ['b.gz', CSV, 'csv', 'b'],
  ['c.ndjson.gz', '{"time":"2026-11-20T08:00:00Z","v":1}\n', 'ndjson', 'c'],
  ['d.csv', CSV, 'csv', 'd'],
])('reads %s, which gzip packed, and leaves nothing behind', async (name, text, format, measurement) => {
  const path = file(name, gzipSync(text));
  const before = temporary().length;
  const source = await openSource(path);
  const { measurement: table, node } = source.plan(GUESSED);
  expect([source.path, source.format, table, node.name]).toEqual([path, format, measurement, measurement]);
  await source.close?.();
  expect(temporary().length).toBe(before);
});

it('says what is wrong with what gzip packed, by its own name', async () => {
  const before = temporary().length;
  const packed = gzipSync(CSV.repeat(1000));
  await expect(openSource(file('cut.csv.gz', packed.subarray(0, 60)))).rejects.toThrow(
    /cut\.csv\.gz is packed with gzip and cannot be unpacked/,
  );
  await expect(openSource(file('twice.gz', gzipSync(packed)))).rejects.toThrow('is packed with gzip twice');
  await expect(openSource(file('none.gz', gzipSync('')))).rejects.toThrow(/none\.gz is empty/);
  await expect(openSource(file('list.json.gz', gzipSync('[{"v":1}]')))).rejects.toThrow(/list\.json\.gz is one JSON list/);
  const bad = await openSource(file('bad.csv.gz', gzipSync('time,v\n"2026-11-20T08:00:00Z,1\n'))).catch((error) => error.message);
  expect(bad).not.toContain('muster-import-');
  expect(temporary().length).toBe(before);
});

it('stops a bomb before it fills the disk', async () => {
  const path = file('bomb.gz', gzipSync(Buffer.alloc(80 * 1024 * 1024)));
  const before = temporary().length;
  await expect(gunzipFile(path, 80_000)).rejects.toThrow('unpacks to more than 67108864 bytes');
  expect(temporary().length).toBe(before);
  expect(existsSync(path)).toBe(true);
}, 30_000);
