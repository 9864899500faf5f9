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
          ['u', 'long'],
        ],
        1,
        [...ends, { ...none, numbers: [within.length] }, { ...none, numbers: [0] }],
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
  expect(await readExtent(ask, 'cpu')).toEqual({ rows: 3, untimed: 0, firstUs: 1e6, lastUs: 5e6 });
  expect(asked).toEqual([
    'SELECT min(timestamp) AS a, max(timestamp) AS b, count() AS n, sum(CASE WHEN timestamp IS NULL THEN 1 ELSE 0 END) AS u FROM cpu',
  ]);
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
  const { ask, asked } = table(Array.from({ length: 100_000 }, (_, i) => i));
  await pagesOf(ask, 'SELECT 1', { rows: 100_000, untimed: 0, firstUs: 0, lastUs: 99_999 });
  expect(asked).toEqual(['SELECT 1']);
  const more = table(Array.from({ length: 100_001 }, (_, i) => i));
  await pagesOf(more.ask, 'SELECT 1', { rows: 100_001, untimed: 0, firstUs: 0, lastUs: 100_000 });
  expect(more.asked.at(-1)).toMatch(/^SELECT \* FROM \(SELECT 1\n\) WHERE timestamp >= '1970/);
  await pagesOf(ask, 'SELECT 2', undefined);
  expect(asked.at(-1)).toBe('SELECT 2');
});

test.each([
  ['SELECT 1 LIMIT -500000', 0],
  ['SELECT 1 ORDER BY busy', 0],
  ["SELECT 1 WHERE timestamp IN '$now-1d..$now'", 0],
  ['SELECT 1', 3],
])('%s, with %i rows without a time, is read at once however long it is', async (sql, untimed) => {
  const { ask, asked } = table(Array.from({ length: 500_000 }, (_, i) => i));
  await pagesOf(ask, sql, { rows: 500_000, untimed, firstUs: 0, lastUs: 499_999 });
  expect(asked).toEqual([sql]);
});

test('fewer rows than there were are told', async () => {
  const { ask } = table(Array.from({ length: 200_000 }, (_, i) => i));
  await expect(pagesOf(ask, 'x', { rows: 200_004, untimed: 0, firstUs: 0, lastUs: 199_999 })).rejects.toThrow(
    'had 200004 rows and then only 200000',
  );
  await expect(pagesOf(table([1, 2]).ask, 'x', { rows: 3, untimed: 0, firstUs: 1, lastUs: 2 })).rejects.toThrow(
    'had 3 rows and then only 2',
  );
});

test('every row is read once, the last one too, whether times are even or all at one end', async () => {
  const even = Array.from({ length: 250_000 }, (_, i) => i * 1000);
  const uneven = Array.from({ length: 450_000 }, (_, i) => (i < 10 ? i * 1e9 : 9e9 + i));
  for (const times of [even, uneven]) {
    const { ask, asked } = table(times);
    const extent = { rows: times.length, untimed: 0, firstUs: times[0] as number, lastUs: times.at(-1) as number };
    const pages = await pagesOf(ask, 'SELECT * FROM cpu', extent);
    expect(timesIn(pages)).toEqual(times);
    expect(Math.max(...pages.map((page) => timesIn([page]).length))).toBeLessThanOrEqual(300_000);
    expect(asked.length).toBeLessThan(150);
  }
});

test('rows of one moment stay together, however many they are', async () => {
  const times = Array.from({ length: 310_000 }, () => 7);
  const { ask } = table(times);
  expect(timesIn(await pagesOf(ask, 'x', { rows: times.length, untimed: 0, firstUs: 7, lastUs: 7 }))).toHaveLength(310_000);
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
