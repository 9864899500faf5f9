import { expect, test } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import { type CheckOptions, checkConnections } from './connection-check.ts';

const PLAN = {
  name: 'up',
  promql: 'up',
  stepMs: 15_000,
  measurement: 'up',
  metrics: undefined,
  labels: ['job'],
  nodeLabel: 'instance',
  node: 'lab',
};
const raw = (instance: string, name = 'up') => ({ metric: { __name__: name, instance, job: 'x' }, values: [[1_795_000_000, '1']] });

function staged(given: { version?: Error; token?: Error; series?: unknown[] | Error; queries?: object[]; warnings?: string[] } = {}) {
  const lines: string[] = [];
  const asked: { startMs: number; endMs: number; stepMs: number; promql: string }[] = [];
  const options = {
    config: { url: 'http://p', gateway: 'g:1', lag: 30_000, maxSeries: 10, queries: given.queries ?? [PLAN] },
    client: {
      version: async () => {
        if (given.version !== undefined) throw given.version;
        return '2.53';
      },
      serverNowMs: async () => 1_795_000_000_000 + 37_000,
      async *range(query: (typeof asked)[number], _: AbortSignal, warn: (words: string) => void) {
        asked.push(query);
        for (const words of given.warnings ?? []) warn(words);
        const { series = [raw('a'), raw('b')] } = given;
        if (series instanceof Error) throw series;
        for (const one of series) yield { ...(one as object), values: [[query.startMs / 1000, '1']] };
      },
    },
    delivery: {
      check: async () => {
        if (given.token !== undefined) throw given.token;
      },
    },
    print: (line: string) => lines.push(line),
    signal: new AbortController().signal,
  } as unknown as CheckOptions;
  return { lines, asked, check: () => checkConnections(options) };
}

test('both ends and each query are looked at, at the newest point that is due', async () => {
  const { lines, asked, check } = staged();
  expect(await check()).toBe(0);
  expect(lines).toEqual([
    'ok    prometheus http://p: version 2.53',
    'ok    gateway g:1: it takes the token',
    'ok    query up: 2 series of 2 nodes for up',
  ]);
  const atMs = Math.floor((1_795_000_000_000 + 7000) / 15_000) * 15_000;
  expect(asked).toEqual([{ promql: 'up', startMs: atMs, endMs: atMs, stepMs: 15_000 }]);
});

test.each([
  ['unavailable', 69],
  ['unauthenticated', 1],
] as const)('a Prometheus that says %s ends with %i, and no query is tried', async (code, exit) => {
  const { lines, asked, check } = staged({ version: new MusterError(code, 'no') });
  expect(await check()).toBe(exit);
  expect([lines[0], lines.length, asked]).toEqual(['fails prometheus http://p: no', 2, []]);
});

test('the worst that was found decides, and the queries are tried though the gateway takes no token', async () => {
  const { lines, check } = staged({
    token: new MusterError('unavailable', 'away'),
    series: new MusterError('invalid_argument', 'bad query'),
  });
  expect(await check()).toBe(69);
  expect(lines.slice(1)).toEqual(['fails gateway g:1: away', 'fails query up: bad query']);
  expect(await staged({ token: new MusterError('unauthenticated', 'no') }).check()).toBe(1);
});

test('a query without series now is told as such, with what was left out and warned of', async () => {
  const { lines, check } = staged({ series: [], warnings: ['a warning'] });
  expect(await check()).toBe(0);
  expect(lines[2]).toBe('ok    query up: no series now; a warning');
});

test('three tables are named, and the others counted', async () => {
  const plan = { ...PLAN, measurement: undefined };
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);
  const shown = async (count: number) => {
    const { lines, check } = staged({ queries: [plan], series: names(count).map((name) => raw('a', name)) });
    await check();
    return lines[2];
  };
  expect(await shown(3)).toBe('ok    query up: 3 series of 1 nodes for m0, m1, m2');
  expect(await shown(5)).toBe('ok    query up: 5 series of 1 nodes for m0, m1, m2 and 2 more tables');
});
