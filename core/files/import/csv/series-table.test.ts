import { expect, it } from 'vitest';
import { BatchBuilder, type ImportSeries } from '../batch-builder.ts';
import { CsvScanner } from './csv-scanner.ts';
import { SeriesTable } from './series-table.ts';

/** The series of each row, by a table of the named columns. */
function seriesOf(text: string, node: number, tags: number[]): ImportSeries[] {
  const builder = new BatchBuilder({ measurement: 'm', tags: [], fields: [], identity: '', onBatch: () => undefined });
  const table = new SeriesTable(builder, { column: node, name: 'all' }, tags);
  const found: ImportSeries[] = [];
  const scanner = new CsvScanner(',', (row) => found.push(table.find(row) as ImportSeries));
  // Row by row, so that the bytes are others each time.
  for (const line of text.split('\n')) scanner.push(Buffer.from(`${line}\n`));
  return found;
}

it('tells cells from each other, not only their bytes together', () => {
  const [first, second, third, again] = seriesOf('ab,c,x\na,bc,x\nab,c,y\nab,c,x', 0, [1, 2]) as ImportSeries[];
  expect([first, second, third].map((series) => [series?.node.nodeId, ...(series?.tagValues ?? [])])).toEqual([
    ['ab', 'c', 'x'],
    ['a', 'bc', 'x'],
    ['ab', 'c', 'y'],
  ]);
  expect(again).toBe(first);
});

it('reads quoted cells, and columns that stand apart or in another order', () => {
  const quoted = seriesOf('"a,b",c\na,"b,c"\n"a,b",c', 0, [1]);
  expect(quoted.map(({ tagValues }) => tagValues[0])).toEqual(['c', 'b,c', 'c']);
  expect(quoted[2]).toBe(quoted[0]);
  const apart = seriesOf('t,9,n\nt,8,n\nu,7,n', 2, [0]);
  expect(apart.map(({ node, tagValues }) => [node.nodeId, ...tagValues])).toEqual([
    ['n', 't'],
    ['n', 't'],
    ['n', 'u'],
  ]);
  expect(apart[1]).toBe(apart[0]);
});

it('finds each of many series again', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `host-${i % 2500},rack${i % 7},${'x'.repeat(i % 5)}`);
  const found = seriesOf(lines.concat(lines).join('\n'), 0, [1, 2]);
  expect(new Set(found).size).toBe(new Set(lines).size);
  expect(found.slice(5000).every((series, i) => series === found[i])).toBe(true);
});

it('never takes a row for one of another series, whatever bytes are in its cells', () => {
  const apart = (text: string) => seriesOf(text, 0, [2]).map(({ node, tagValues }) => `${node.nodeId} ${tagValues.join()}`);
  expect(new Set(apart('a\x1fb,1,c\na,1,b\x1fc')).size).toBe(2);
  expect(seriesOf('n,1,a""b\nn,1,"a""b"', 0, [2]).map(({ tagValues }) => tagValues[0])).toEqual(['a""b', 'a"b']);
  expect(seriesOf('n,a""b\nn,"a""b"', 0, [1]).map(({ tagValues }) => tagValues[0])).toEqual(['a""b', 'a"b']);
  expect(seriesOf('n, x \nn," x "\nn,\\N', 0, [1]).map(({ tagValues }) => tagValues[0])).toEqual(['x', ' x ', '']);
});

it('says why a row has no series', () => {
  const builder = new BatchBuilder({ measurement: 'm', tags: [], fields: [], identity: '', onBatch: () => undefined });
  const table = new SeriesTable(builder, { column: -1, name: 'all' }, [0], { encoding: 'utf-8', header: ['place'] });
  const found: unknown[] = [];
  const scanner = new CsvScanner(',', (row) => found.push(table.find(row)));
  scanner.push(Buffer.concat([Buffer.from('a\0b\n'), Buffer.from('Z\xfcrich\n', 'latin1'), Buffer.from(`${'x'.repeat(5000)}\n`)]));
  expect(found).toEqual([
    'place has a NUL character in it, which no text may have',
    "place has bytes that are no UTF-8: name the file's encoding with --encoding (encoding)",
    expect.stringMatching(/^its tags have 500\d bytes, a row may have 4096/),
  ]);
});
