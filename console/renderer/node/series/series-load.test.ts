import { expect, test, vi } from 'vitest';
import { MusterError } from '../../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { QueryResult } from '../../../common/query-result.ts';
import { LiveSeries } from './live-series.ts';
import { loadBlock } from './series-load.ts';

const WISH = { measurement: 'disk_io', tags: {}, fields: ['reads_per_second'] };
const NEVER = new AbortController().signal;
const block = (raw: boolean) => ({ step: { seconds: 1, raw }, index: 2 });
const rows: QueryResult = {
  columns: [
    { name: 'timestamp', type: 'timestamp', kind: 'time', values: new Float64Array([1e6, 1e6, 2e6]) },
    { name: 'device', type: 'symbol', kind: 'text', values: ['sda', 'sdb', 'sda'] },
    { name: 'reads_per_second', type: 'double', kind: 'number', values: new Float64Array([1, 2, 3]) },
  ],
  rows: 3,
  truncated: false,
  elapsedMs: 1,
};
const apiOf = (answer: (name: string) => unknown) => {
  const request = vi.fn(async (name: string, _: unknown) => answer(name));
  return { request, api: { request, subscribe: () => () => undefined } as unknown as ConsoleApi };
};

test('rows as they were measured come by SQL, a series for each set of tags', async () => {
  const { api, request } = apiOf(() => rows);
  const { series } = await loadBlock(api, 'n', WISH, block(true), NEVER);
  expect(series.map(({ tags, times, fields }) => [tags, [...times], [...(fields['reads_per_second']?.mean ?? [])]])).toEqual([
    [{ device: 'sda' }, [1, 2], [1, 3]],
    [{ device: 'sdb' }, [1], [2]],
  ]);
  expect(request.mock.calls[0]?.[1]).toMatchObject({ sql: expect.stringContaining("timestamp >= '1970-01-01T00:17:04.000Z'") });
});

test('steps, and rows that the store no longer keeps, come from the tiers; a table that is not there is nothing measured', async () => {
  const tiers = { tier: '1m', stepSeconds: 60, series: [] };
  const gone = apiOf((name) => (name === 'query' ? { ...rows, rows: 0 } : tiers));
  expect(await loadBlock(gone.api, 'n', WISH, block(true), NEVER)).toBe(tiers);
  const steps = apiOf(() => tiers);
  await loadBlock(steps.api, 'n', WISH, block(false), NEVER);
  expect(steps.request.mock.calls.map(([name]) => name)).toEqual(['getSeries']);
  const missing = apiOf(() => {
    throw new MusterError('not_found', 'there is no measurement disk_io: ListMeasurements names them');
  });
  expect(await loadBlock(missing.api, 'n', WISH, block(false), NEVER)).toMatchObject({ series: [] });
});

test('live samples are kept series by series, in bounded memory and only once', () => {
  const live = new LiveSeries(WISH);
  const frame = (timeUs: number) => ({
    measurement: 'disk_io',
    tags: ['device'],
    series: [['sda']],
    seriesIndex: new Uint32Array([0]),
    timeUs: new Float64Array([timeUs]),
    fields: ['writes_per_second', 'reads_per_second'],
    values: new Float64Array([7, timeUs / 1e6]),
    textFields: [],
    texts: [],
  });
  for (let second = 1; second <= 5000; second++) live.add(frame(second * 1e6), second * 1000);
  live.add(frame(4000e6), 5_000_000);
  const [points] = live.points;
  expect(points?.times.length).toBeLessThanOrEqual(1320);
  expect(points?.times[points.times.length - 1]).toBe(5000);
  expect(points?.fields['reads_per_second']?.mean[0]).toBe(points?.times[0]);
});

test('a store without a newer field is asked again without it; one without the rest has measured nothing', async () => {
  const network = { measurement: 'network', tags: {}, fields: ['physical', 'rx_bytes_per_second'] };
  const asked: string[] = [];
  const answering = (missing: RegExp) => {
    const request = vi.fn(async (_: string, { sql }: { sql: string }) => {
      asked.push(sql);
      if (missing.test(sql)) throw new MusterError('invalid_argument', 'Invalid column: physical');
      return {
        ...rows,
        columns: rows.columns.map((column) => (column.kind === 'number' ? { ...column, name: 'rx_bytes_per_second' } : column)),
      };
    });
    return { request, subscribe: () => () => undefined } as unknown as ConsoleApi;
  };
  const { series } = await loadBlock(answering(/physical/), 'n', network, block(true), NEVER);
  expect(series[0]?.fields['rx_bytes_per_second']?.mean).toHaveLength(3);
  expect(asked.map((sql) => sql.includes('physical'))).toEqual([true, false]);
  expect((await loadBlock(answering(/./), 'n', network, block(true), NEVER)).series).toEqual([]);
});
