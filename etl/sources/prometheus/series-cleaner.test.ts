import { expect, it } from 'vitest';
import type { QueryPlan } from './config.ts';
import { type CleanSeries, SeriesCleaner } from './series-cleaner.ts';

const PLAN: QueryPlan = {
  ...{ name: 'load', promql: 'node_load1', stepMs: 15_000, measurement: undefined, metrics: undefined },
  ...{ labels: [{ label: 'job', tag: 'job' }], nodeLabel: 'instance', node: 'lab' },
};
const WINDOW = { first: 100, last: 103 };

function clean(series: readonly unknown[], plan: Partial<QueryPlan> = {}, maxSeries = 10) {
  const left: Record<string, number> = {};
  const details: string[] = [];
  const onLeftOut = (reason: string, count: number, detail: string): void => {
    left[reason] = (left[reason] ?? 0) + count;
    details.push(detail);
  };
  const cleaner = new SeriesCleaner({ plan: { ...PLAN, ...plan }, window: WINDOW, maxSeries, onLeftOut });
  return { taken: series.map((one) => cleaner.take(one)).filter((one): one is CleanSeries => one !== undefined), left, details };
}

const metric = (labels: Record<string, string> = {}) => ({ __name__: 'node_load1', instance: 'a:9100', job: 'node', ...labels });

it('takes times, values, node, table and the labels of the allow-list', () => {
  const { taken, left } = clean([
    {
      metric: metric({ zone: 'x' }),
      values: [
        [1500, '0.5'],
        [1515, '-0'],
        [1530, '1.797e308'],
        [1545, '5e-324'],
      ],
    },
  ]);
  expect(taken).toEqual([
    {
      node: 'a',
      measurement: 'node_load1',
      tags: ['node'],
      timesUs: [1500e6, 1515e6, 1530e6, 1545e6],
      values: [0.5, 0, 1.797e308, 5e-324],
    },
  ]);
  expect(Object.is(taken[0]?.values[1], 0)).toBe(true);
  expect(left).toEqual({});
});

it.each([
  [
    'NaN and nulls',
    [
      [1500, 'NaN'],
      [1515, null],
      [1530, ''],
      [1545, 'none'],
    ],
    { absent: 4 },
  ],
  [
    'infinities',
    [
      [1500, '+Inf'],
      [1515, '-Inf'],
      [1530, 'Inf'],
      [1545, '1e999'],
    ],
    { infinite: 4 },
  ],
  [
    'times off the grid, out of the window, or none',
    [[1501, '1'], [1485, '1'], [1560, '1'], ['x', '1'], [null, '1'], 7, [1500.2, '1']],
    { invalid_time: 7 },
  ],
])('leaves out %s', (_, values, expected) => {
  const { taken, left } = clean([{ metric: metric(), values }]);
  expect([taken, left]).toEqual([[], expected]);
});

it('takes each time of equally named series once, though a label left out told them apart', () => {
  const { taken, left, details } = clean([
    {
      metric: metric({ pod: '1' }),
      values: [
        [1500, '1'],
        [1515, '2'],
      ],
    },
    {
      metric: metric({ pod: '2' }),
      values: [
        [1515, '3'],
        [1530, '4'],
      ],
    },
  ]);
  expect(taken.map(({ timesUs, values }) => [timesUs, values])).toEqual([
    [
      [1500e6, 1515e6],
      [1, 2],
    ],
    [[1530e6], [4]],
  ]);
  expect(left).toEqual({ duplicate: 1 });
  expect(details[0]).toContain('several series are node_load1 of a (job=node): add the label');
});

it('takes metrics of the allow-list only', () => {
  const { taken, left } = clean(
    [
      { metric: metric(), values: [[1500, '1']] },
      { metric: metric({ __name__: 'node_load5' }), values: [[1500, '1']] },
    ],
    {
      metrics: new Set(['node_load5']),
    },
  );
  expect(taken.map(({ measurement }) => measurement)).toEqual(['node_load5']);
  expect(left).toEqual({ metric_not_allowed: 1 });
});

it('names the table by the query where a series has no metric name, and the node by the source where it has no such label', () => {
  const { taken } = clean([{ metric: {}, values: [[1500, '1']] }]);
  expect(taken).toMatchObject([{ node: 'lab', measurement: 'load', tags: [''] }]);
});

it('makes a table name of a recording rule, and refuses what would share a table or is one of ours', () => {
  const one = (name: string) => ({ metric: metric({ __name__: name }), values: [[1500, '1']] });
  const { taken, left, details } = clean([one('job:up:sum'), one('job_up_sum'), one('events'), one('kube_nodes'), one('SELECT')]);
  expect(taken.map(({ measurement }) => measurement)).toEqual(['job_up_sum']);
  expect(left).toEqual({ bad_name: 4 });
  expect(details[0]).toContain('job_up_sum and job:up:sum would both be the table job_up_sum');
});

it('leaves out what is no series of floats, and stops at too many series', () => {
  expect(clean([null, 7, { metric: metric(), histograms: [] }, { values: [] }]).left).toEqual({ malformed: 4 });
  const many = [1, 2, 3].map((i) => ({ metric: metric({ instance: `n${i}` }), values: [[1500, '1']] }));
  expect(() => clean(many, {}, 2)).toThrow('query load has more than 2 series: narrow it, or raise maxSeries');
});

it('does not take labels for members of an object', () => {
  const { taken } = clean([{ metric: metric(), values: [[1500, '1']] }], { labels: [{ label: 'constructor', tag: 'constructor' }] });
  expect(taken[0]?.tags).toEqual(['']);
});

it('counts the native histograms of a series that has numbers too', () => {
  const histograms = [
    [1515, {}],
    [1530, {}],
  ];
  const { taken, left } = clean([{ metric: metric(), values: [[1500, '1']], histograms }]);
  expect(taken).toHaveLength(1);
  expect(left).toEqual({ histogram: 2 });
  expect(clean([{ metric: metric(), histograms }]).left).toEqual({ histogram: 2 });
});

it('leaves out whole numbers beyond 2^53 that no double holds, and takes doubles as Prometheus writes them', () => {
  const texts = ['9007199254740993', '9007199254740992', '1152921504606847000', '-9007199254740993'];
  const { taken, left } = clean([{ metric: metric(), values: texts.map((text, i) => [1500 + i * 15, text]) }]);
  expect(taken[0]?.values).toEqual([2 ** 53, 2 ** 60]);
  expect(left).toEqual({ not_exact: 2 });
  // The digits of 2^60 itself, and of one beside it.
  const { taken: exact, left: others } = clean([
    {
      metric: metric(),
      values: [
        [1500, String(2n ** 60n)],
        [1515, String(2n ** 60n + 1n)],
        [1530, '1e300'],
        [1545, `1${'0'.repeat(300)}`],
      ],
    },
  ]);
  expect(exact[0]?.values).toEqual([2 ** 60, 1e300, 1e300]);
  expect(others).toEqual({ not_exact: 1 });
});

it('tells series apart by the whole of long labels, and leaves out what is longer than any series may be', () => {
  const job = 'x'.repeat(1500);
  const one = (name: string) => ({ metric: metric({ job: name }), values: [[1500, '1']] });
  const { taken, left } = clean([one(`${job}a`), one(`${job}b`), one('y'.repeat(5000))]);
  expect(taken.map(({ tags }) => tags[0])).toEqual([`${job}a`, `${job}b`]);
  expect(left).toEqual({ long_labels: 1 });
});
