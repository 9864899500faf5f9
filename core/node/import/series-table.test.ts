import { expect, it } from 'vitest';
import { BatchBuilder, type ImportSeries } from './batch-builder.ts';
import { CsvScanner } from './csv-scanner.ts';
import { SeriesTable } from './series-table.ts';

/** The series of each row, by a table of the named columns. */
function seriesOf(text: string, node: number, tags: number[]): ImportSeries[] {
  const builder = new BatchBuilder({ measurement: 'm', tags: [], fields: [], identity: '', onBatch: () => undefined });
  const table = new SeriesTable(builder, { column: node, name: 'all' }, tags);
  const found: ImportSeries[] = [];
  const scanner = new CsvScanner(',', (row) => found.push(table.find(row)));
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
