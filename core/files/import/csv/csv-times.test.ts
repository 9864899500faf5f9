import { expect, test } from 'vitest';
import type { ImportMapping } from '../import-mapping.ts';
import { guessFormat } from '../time/time-format.ts';
import { type CsvRow, CsvScanner } from './csv-scanner.ts';
import { CsvTimes } from './csv-times.ts';

/** Times of the rows of a text, whose time stands in these columns, and what is told of those that are none. */
function timesOf(text: string, columns: number[], sample: string): [number, string][] {
  const [column = 0, ...and] = columns;
  const time = { column, and, header: 'time', format: guessFormat('time', [sample]), zone: 'UTC' } as unknown as ImportMapping['time'];
  const times = new CsvTimes(time);
  const found: [number, string][] = [];
  const scanner = new CsvScanner(',', (row: CsvRow) => {
    const us = times.of(row);
    found.push([us, Number.isNaN(us) ? `${times.text(row)}: ${times.problem(row)}` : times.text(row)]);
  });
  scanner.push(Buffer.from(text));
  scanner.end();
  return found;
}

const AT_US = Date.UTC(2026, 0, 2, 3, 4, 5) * 1000;

test('a time stands in one column, wherever that is', () => {
  expect(timesOf('a,2026-01-02T03:04:05Z\n', [1], '2026-01-02T03:04:05Z')).toEqual([[AT_US, '2026-01-02T03:04:05Z']]);
});

test('a day and a time of day in two columns are one time, with one blank between and none around', () => {
  const rows = timesOf('2026-01-02,a,03:04:05\n  2026-01-02 ,a, 03:04:05  \n', [0, 2], '2026-01-02 03:04:05');
  expect(rows.map(([us]) => us)).toEqual([AT_US, AT_US]);
  expect(rows[1]?.[1]).toBe('2026-01-02 03:04:05');
});

test('columns may stand in any order', () => {
  expect(timesOf('03:04:05,2026-01-02\n', [1, 0], '2026-01-02 03:04:05')[0]?.[0]).toBe(AT_US);
});

test('without one of its parts there is no time', () => {
  const rows = timesOf('2026-01-02,\n,03:04:05\n2026-01-02,   \n', [0, 1], '2026-01-02 03:04:05');
  expect(rows.map(([us]) => us)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(rows[0]?.[1]).toMatch(/^2026-01-02 ?: .+/);
});

test('long cells are read whole, and leave nothing behind for the next row', () => {
  const blanks = ' '.repeat(200);
  const rows = timesOf(`${blanks}2026-01-02${blanks},${'0'.repeat(500)}\n2026-01-02,03:04:05\n`, [0, 1], '2026-01-02 03:04:05');
  expect(rows.map(([us]) => us)).toEqual([Number.NaN, AT_US]);
  expect(rows[0]?.[1]).toContain('0'.repeat(500));
});
