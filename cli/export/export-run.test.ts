import { expect, test } from 'vitest';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryFrame } from '../../proto/gen/messages.ts';
import { type ExportRunOptions, runExport } from './export-run.ts';

const NONE = { numbers: [], texts: [], timesUs: [], nulls: [] };
const EVEN = Array.from({ length: 250_000 }, (_, i) => i * 1000);

interface Table {
  /** In µs from 1970. */
  times: readonly number[];
  untimed?: number;
  /** Type of the column `timestamp`. */
  type?: string;
  /** Rows that leave once their number is known. */
  leaving?: number;
}

/** Answers counts and rows, and remembers what it was asked. */
function tableOf({ times, untimed = 0, type = 'timestamp', leaving = 0 }: Table): { client: FleetClient; asked: string[] } {
  const asked: string[] = [];
  const frame = (columns: [string, string][], rows: number, values: object[]): QueryFrame =>
    ({ columns: columns.map(([name, each]) => ({ name, type: each })), rows, values }) as unknown as QueryFrame;
  async function* stream(_: string, { sql }: { sql: string }): AsyncGenerator<QueryFrame> {
    asked.push(sql);
    const [from, to] = [...sql.matchAll(/timestamp (?:>=|<) '([^']+)'/g)].map(([, text = '']) => microsOf(text));
    const within = from === undefined ? times : times.filter((time) => time >= from && time < (to as number));
    const more = from === undefined ? untimed : 0;
    if (!sql.includes('count()')) {
      const rows = within.length + more - leaving;
      const cells = type === 'timestamp' ? { timesUs: [...within, 0, 0, 0].slice(0, rows) } : { texts: within.map(String) };
      yield frame([['timestamp', type]], rows, [{ ...NONE, ...cells }]);
      return;
    }
    const ends = [within[0] ?? 0, within.at(-1) ?? 0].map((time) => ({ ...NONE, timesUs: [time] }));
    const counts = [within.length + more, more].map((count) => ({ ...NONE, numbers: [count] }));
    const columns: [string, string][] = [...['min', 'max'].map((name): [string, string] => [name, type]), ['count', 'long'], ['u', 'long']];
    yield frame(columns, 1, [...ends, ...counts]);
  }
  return { client: { stream } as unknown as FleetClient, asked };
}

function microsOf(text: string): number {
  return Date.parse(text) * 1000 + Number(/\.\d{3}(\d{3})Z$/.exec(text)?.[1] ?? 0);
}

async function exportOf(client: FleetClient, source: ExportRunOptions['source']) {
  const seen = { lines: 0, state: 'open' };
  const target: ExportRunOptions['target'] = {
    write: async (data) => {
      seen.lines += String(data).split('\n').length - 1;
    },
    commit: async () => {
      seen.state = 'committed';
    },
    abandon: async () => {
      seen.state = 'abandoned';
    },
  };
  const problem = await runExport({ client, source, target, format: 'ndjson', stderr: undefined }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { ...seen, problem };
}

test('a long answer is read by windows of time, each row once', async () => {
  const { client, asked } = tableOf({ times: EVEN });
  expect(await exportOf(client, { sql: 'select * from cpu' })).toEqual({ lines: 250_000, state: 'committed', problem: undefined });
  expect(asked.length).toBeGreaterThan(4);
});

test.each([
  ['rows without a time', { times: EVEN, untimed: 3 }, { sql: 'select * from cpu' }],
  ['a part that moves with the clock', { times: EVEN }, { sql: 'select * from cpu where timestamp < today()' }],
  ['a moving time in a text', { times: EVEN }, { sql: "select * from cpu where timestamp in '$now-1d..$now'" }],
  ['a moving condition', { times: EVEN }, { table: 'cpu', conditions: ['(timestamp < today())'] }],
  ['times that are texts', { times: EVEN, type: 'varchar' }, { sql: 'select * from cpu' }],
] as [string, Table, ExportRunOptions['source']][])('%s: all is read in one piece', async (_, table, source) => {
  const { client, asked } = tableOf(table);
  const { state, lines } = await exportOf(client, source);
  expect({ state, lines }).toEqual({ state: 'committed', lines: EVEN.length + (table.untimed ?? 0) });
  expect(asked).toHaveLength(2);
});

test.each([
  ['of windows', EVEN, { sql: 'select * from cpu' }],
  ['of one piece', [1, 2, 3], { sql: 'select * from cpu' }],
  ['of a table', [1, 2, 3], { table: 'cpu', conditions: [] }],
] as [string, number[], ExportRunOptions['source']][])('rows that leave while it reads are told: %s', async (_, times, source) => {
  const { state, problem } = await exportOf(tableOf({ times, leaving: 1 }).client, source);
  expect(problem).toMatch(/^the answer had \d+ rows and then only \d+: what it asks for changed/);
  expect(state).toBe('abandoned');
});
