import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { updateLines } from '../commands/tail.ts';
import { formatOf, ImportedFormats } from './export-format.ts';
import { progressText } from './export-run.ts';

it('takes the format of the ending, else of the import, else CSV', () => {
  expect(formatOf('a/b.PARQUET', 'csv')).toBe('parquet');
  expect(formatOf('b.jsonl', undefined)).toBe('ndjson');
  expect(formatOf('b', 'parquet')).toBe('parquet');
  expect(formatOf(undefined, 'ndjson')).toBe('ndjson');
  expect(formatOf(undefined, undefined)).toBe('csv');
  expect(() => formatOf('b.doc', 'csv')).toThrow(
    'b.doc ends in none of .csv, .parquet, .pq, .ndjson, .jsonl: name the format with --format',
  );
});

it('remembers what a measurement was imported from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-formats-'));
  expect(new ImportedFormats(folder).get('cpu')).toBeUndefined();
  new ImportedFormats(folder).set('cpu', 'parquet');
  new ImportedFormats(folder).set('disk', 'csv');
  expect(new ImportedFormats(folder).get('cpu')).toBe('parquet');
});

it('shows how an export goes', () => {
  expect(progressText(500_000, 1_000_000, 5000)).toBe('50 % · 500,000 of 1,000,000 rows · 100,000 rows/s · 5 s left');
  expect(progressText(10, 0, 1000)).toBe('10 rows · 10 rows/s');
});

it('makes a line of each live row, without what is absent', () => {
  const frame = {
    ...{ measurement: 'cpu', tags: ['cpu'], series: [{ tagValues: ['total'] }, { tagValues: ['0'] }], seriesIndex: [0, 1] },
    ...{
      timeUs: [1_000_000, 500],
      fields: ['busy', 'idle'],
      values: [1.5, Number.NaN, 98, 99],
      textFields: ['note'],
      absentTexts: new Uint8Array(0),
      texts: ['a', '"b"\n'],
    },
  };
  expect(updateLines({ nodeId: 'n', frames: [frame], sentUs: 0 }).map((line) => JSON.parse(line))).toEqual([
    { time: '1970-01-01T00:00:01.000000Z', node_id: 'n', measurement: 'cpu', cpu: 'total', busy: 1.5, idle: 98, note: 'a' },
    { time: '1970-01-01T00:00:01.000500Z', node_id: 'n', measurement: 'cpu', cpu: '0', idle: 99, note: '"b"\n' },
  ]);
});
