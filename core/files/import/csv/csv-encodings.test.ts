// Whatever a CSV file is written in, its rows are the same; what no row can be made of is told by the row.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BatchBuilder } from '../batch-builder.ts';
import { openSource } from '../open-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-csv-'));
const TIME = '2026-11-20T08:00:00Z';

/** The rows as text, one a line, then what was refused. */
async function read(content: Buffer | string): Promise<string[]> {
  const path = join(folder, 'trial.csv');
  writeFileSync(path, content);
  const source = await openSource(path);
  const mapping = source.plan({
    ...{
      timeColumn: '',
      timeFormat: '',
      timeZone: '',
      nodeColumn: 'host',
      node: '',
      tags: ['place'],
      fields: ['v'],
      texts: [],
      measurement: 'm',
    },
  });
  const rows: string[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: ['place'], fields: ['v'], identity: 'x' },
    onBatch: ({ nodeId, frame }) => {
      for (const [row, value] of frame.values.entries()) rows.push(`${nodeId} ${frame.series[frame.seriesIndex[row] as number]} ${value}`);
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  await source.assertReadable(mapping);
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => rows.push(reason) });
  while (await reader.next()) {
    // Each call reads a piece.
  }
  builder.flush();
  await reader.close();
  return rows;
}

const TEXT = `time,host,place,v\n${TIME},a,Köln,1.5\n${TIME},b,São Paulo,-2\n`;
const ROWS = ['a Köln 1.5', 'b São Paulo -2'];
const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['Latin-1', Buffer.from(TEXT, 'latin1')],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le')],
  ['UTF-16, big end first', swapped(`\ufeff${TEXT}`)],
  ['UTF-16, big end first, without a mark', swapped(TEXT)],
  ['CRLF', Buffer.from(TEXT.replaceAll('\n', '\r\n'))],
  ['old line ends', Buffer.from(TEXT.replaceAll('\n', '\r'))],
  ['tabs', Buffer.from(TEXT.replaceAll(',', '\t'))],
  ['semicolons and decimal commas', Buffer.from(TEXT.replaceAll(',', ';').replace('1.5', '1,5'))],
  ['no last line end', Buffer.from(TEXT.slice(0, -1))],
])('reads the same rows from %s', async (_, content) => expect(await read(content)).toEqual(ROWS));

it('reads a piece boundary anywhere in a character of two bytes', async () => {
  const filler = (length: number): string => `${TIME},a,${'x'.repeat(length)},1\n`;
  // The first piece is a megabyte of the file, the mark and an odd byte included.
  const rows = Array.from({ length: 12_000 }, (_, i) => filler(10 + (i % 7))).join('');
  expect(await read(Buffer.from(`\ufefftime,host,place,v\n${rows}${TIME},b,Köln,2\n`, 'utf16le'))).toContain('b Köln 2');
});

it('names a row that has too many cells, or no end', async () => {
  await expect(read(`time,host,place,v\n${TIME},a,b${',1'.repeat(10_000)}\n`)).rejects.toThrow('row 2 has more than 10000 cells');
  await expect(read(`${TEXT}${TIME},"c,d,3\n${'x,1\n'.repeat(300_000)}`)).rejects.toThrow(
    'row 4 has more than 1048576 bytes: a quote may never be closed',
  );
  expect(await read(`${TEXT}${TIME},c\n${TIME},d,e,3,4\n${TIME},"f ""g""","two\nlines",5\n`)).toEqual([
    'row 4: it has 2 cells, the header has 4',
    'row 5: it has 5 cells, the header has 4',
    ...ROWS,
    expect.stringMatching(/^f-g--[0-9a-f]{8} two\nlines 5$/),
  ]);
});
