import { expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { QueryFrame } from '../../proto/gen/messages.ts';
import { type Ask, type ExportPage, type Extent, readExtent, readPages } from './export-pages.ts';

const none = { numbers: [], texts: [], timesUs: [], nulls: [] };

function frame(columns: [string, string][], rows: number, values: object[], truncated = false): QueryFrame {
  return {
    columns: columns.map(([name, type]) => ({ name, type })),
    rows,
    values,
    totals: truncated ? { truncated: true } : undefined,
  } as unknown as QueryFrame;
}

/** Rows at these times, in µs from 1970; answers counts and pages, and remembers what it was asked. */
function table(times: readonly number[]): { ask: Ask; asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async function* answer(sql) {
    asked.push(sql);
    const bounds = [...sql.matchAll(/timestamp (?:>=|<) '([^']+)'/g)].map(
      ([, text = '']) => Date.parse(text) * 1000 + Number(text.slice(23, 26)),
    );
    const [from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY] = bounds;
    const within = times.filter((time) => time >= from && time < to);
    if (!sql.includes('count()')) yield frame([['timestamp', 'timestamp']], within.length, [{ ...none, timesUs: within }]);
    else {
      const ends = [within[0] ?? 0, within.at(-1) ?? 0].map((time) => ({ ...none, timesUs: [time] }));
      yield frame(
        [
          ['a', 'timestamp'],
          ['b', 'timestamp'],
          ['n', 'long'],
        ],
        1,
        [...ends, { ...none, numbers: [within.length] }],
      );
    }
  };
  return { ask, asked };
}

async function pagesOf(ask: Ask, sql: string, extent: Extent | undefined): Promise<ExportPage[]> {
  const pages: ExportPage[] = [];
  for await (const page of readPages(ask, sql, extent)) pages.push(page);
  return pages;
}

const timesIn = (pages: readonly ExportPage[]): unknown[] => pages.flatMap((page) => page.frames.flatMap(([times]) => times ?? []));

test('the extent is what the statement says of its times, and nothing where they are no times', async () => {
  const { ask, asked } = table([1e6, 2e6, 5e6]);
  expect(await readExtent(ask, 'cpu')).toEqual({ rows: 3, firstUs: 1e6, lastUs: 5e6 });
  expect(asked).toEqual(['SELECT min(timestamp) AS a, max(timestamp) AS b, count() AS n FROM cpu']);
  const texts: Ask = async function* answer() {
    yield frame([['a', 'varchar']], 1, [{ ...none, texts: ['x'] }]);
  };
  expect(await readExtent(texts, 'cpu')).toBeUndefined();
});

test('a statement that is wrong has no extent, and a database that is away is told', async () => {
  const failing = (error: MusterError): Ask =>
    // biome-ignore lint/correctness/useYield: it fails first
    async function* answer() {
      throw error;
    };
  expect(await readExtent(failing(new MusterError('invalid_argument', 'no column timestamp')), 'x')).toBeUndefined();
  await expect(readExtent(failing(new MusterError('unavailable', 'away')), 'x')).rejects.toThrow('away');
});

test('up to a page of rows is one statement, one row more is read by stretches', async () => {
  const { ask, asked } = table([0, 1]);
  await pagesOf(ask, 'SELECT 1', { rows: 100_000, firstUs: 0, lastUs: 1 });
  expect(asked).toEqual(['SELECT 1']);
  await pagesOf(ask, 'SELECT 1', { rows: 100_001, firstUs: 0, lastUs: 1 });
  expect(asked.at(-1)).toMatch(/^SELECT \* FROM \(SELECT 1\n\) WHERE timestamp >= '1970/);
  await pagesOf(ask, 'SELECT 1 LIMIT -500000', { rows: 500_000, firstUs: 0, lastUs: 1 });
  expect(asked.at(-1)).toBe('SELECT 1 LIMIT -500000');
  await pagesOf(ask, 'SELECT 2', undefined);
  expect(asked.at(-1)).toBe('SELECT 2');
});

test('every row is read once, the last one too, whether times are even or all at one end', async () => {
  const even = Array.from({ length: 250_000 }, (_, i) => i * 1000);
  const uneven = Array.from({ length: 450_000 }, (_, i) => (i < 10 ? i * 1e9 : 9e9 + i));
  for (const times of [even, uneven]) {
    const { ask, asked } = table(times);
    const extent = { rows: times.length, firstUs: times[0] as number, lastUs: times.at(-1) as number };
    const pages = await pagesOf(ask, 'SELECT * FROM cpu', extent);
    expect(timesIn(pages)).toEqual(times);
    expect(Math.max(...pages.map((page) => timesIn([page]).length))).toBeLessThanOrEqual(300_000);
    expect(asked.length).toBeLessThan(150);
  }
});

test('rows of one moment stay together, however many they are', async () => {
  const times = Array.from({ length: 310_000 }, () => 7);
  const { ask } = table(times);
  expect(timesIn(await pagesOf(ask, 'x', { rows: times.length, firstUs: 7, lastUs: 7 }))).toHaveLength(310_000);
});

test('an answer that the gateway cut is refused with what helps', async () => {
  const ask: Ask = async function* answer() {
    yield frame([['x', 'long']], 1, [{ ...none, numbers: [1] }], true);
  };
  await expect(pagesOf(ask, 'x', undefined)).rejects.toThrow('more than 1000000 rows: give its answer a column named timestamp');
});

test('cells are of the type of their column, absent where they are NULL, and columns are named once', async () => {
  const ask: Ask = async function* answer() {
    const columns: [string, string][] = [
      ['n', 'int'],
      ['t', 'timestamp'],
      ['s', 'symbol'],
      ['gone', 'varchar'],
    ];
    yield frame(columns, 2, [
      { ...none, numbers: [1, 2] },
      { ...none, timesUs: [5, 0], nulls: [1] },
      { ...none, texts: ['', 'b'], nulls: [0] },
    ]);
    yield frame([], 1, [
      { ...none, numbers: [3] },
      { ...none, timesUs: [6] },
      { ...none, texts: ['c'] },
      { ...none, texts: ['d'] },
    ]);
  };
  const [page] = await pagesOf(ask, 'x', undefined);
  expect(page?.columns).toEqual([
    { name: 'n', type: 'int' },
    { name: 't', type: 'time' },
    { name: 's', type: 'text' },
    { name: 'gone', type: 'text' },
  ]);
  expect(page?.frames).toEqual([
    [
      [1, 2],
      [5, null],
      [null, 'b'],
      [null, null],
    ],
    [[3], [6], ['c'], ['d']],
  ]);
});
