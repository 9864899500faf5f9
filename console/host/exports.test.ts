import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { QueryFrame } from '../../proto/gen/messages.ts';
import type { ExportView } from '../common/export-view.ts';
import type { Ask } from './export-pages.ts';
import { type ExportFile, Exports } from './exports.ts';

const TOTAL = 120_000;
const STEP_US = 1000;

/** A table of `TOTAL` rows a millisecond apart, that answers what an export asks. */
const table: Ask = async function* answer(sql) {
  if (/nope/.test(sql)) throw new Error('table does not exist');
  const bounds = [...sql.matchAll(/timestamp (>=|<) '([^']+)'/g)].map(
    ([, , text = '']) => Date.parse(text) * 1000 + Number(text.slice(23, 26)),
  );
  const first = Math.min(TOTAL, Math.ceil((bounds[0] ?? 0) / STEP_US));
  const end = Math.min(TOTAL, Math.ceil((bounds[1] ?? Number.POSITIVE_INFINITY) / STEP_US));
  const counted = sql.includes('count()');
  const times = counted ? [] : Array.from({ length: end - first }, (_, row) => (first + row) * STEP_US);
  const none = { numbers: [], texts: [], timesUs: [], nulls: [] };
  const columns = counted
    ? ['timestamp', 'timestamp', 'long', 'long'].map((type, i) => ({ name: 'abnu'[i] as string, type }))
    : [{ name: 'timestamp', type: 'timestamp' }];
  const values = counted
    ? [
        { ...none, timesUs: [first * STEP_US] },
        { ...none, timesUs: [(end - 1) * STEP_US] },
        { ...none, numbers: [end - first] },
        { ...none, numbers: [0] },
      ]
    : [{ ...none, timesUs: times }];
  yield { columns, rows: counted ? 1 : times.length, values, totals: undefined } as unknown as QueryFrame;
};

function fakeFile() {
  const parts: string[] = [];
  const ends: string[] = [];
  const file: ExportFile = {
    name: 'cpu.csv',
    download: '/exports/x',
    write: async (data) => void parts.push(String(data)),
    commit: async () => void ends.push('commit'),
    abandon: async () => void ends.push('abandon'),
  };
  return { file, parts, ends };
}

async function exported(ask: Ask, sql: string, during?: (exports: Exports, id: string) => void) {
  const { file, parts, ends } = fakeFile();
  const names: string[] = [];
  const exports = new Exports(() => ask, {
    open: async (name) => {
      names.push(name);
      return file;
    },
  });
  let last: ExportView | undefined;
  exports.follow((views) => {
    last = views[0];
  });
  const started = await exports.start({ sql, format: 'csv', name: '../../etc/cpu <b>' });
  during?.(exports, started?.exportId ?? '');
  await vi.waitFor(() => expect(last?.state).toMatch(/done|failed|cancelled/), 20_000);
  return { last, parts, ends, names, started };
}

test('an answer longer than a page is written in the order of time, each row once', async () => {
  const { last, parts, ends, names, started } = await exported(table, 'SELECT * FROM cpu;');
  const lines = parts.join('').trimEnd().split('\r\n');
  expect(lines).toHaveLength(TOTAL + 1);
  expect(new Set(lines).size).toBe(TOTAL + 1);
  expect([...lines.slice(1)].sort()).toEqual(lines.slice(1));
  expect(last).toMatchObject({ state: 'done', rows: TOTAL, totalRows: TOTAL, problem: '' });
  expect(ends).toEqual(['commit']);
  expect(started?.download).toBe('/exports/x');
  expect(names).toEqual(['etc-cpu -b.csv']);
});

test('a failure is told in words, and a cancelled one leaves nothing', async () => {
  const failed = await exported(table, 'SELECT * FROM nope');
  expect(failed.last).toMatchObject({ state: 'failed', problem: expect.stringContaining('table does not exist') });
  expect(failed.ends).toEqual(['abandon']);
  const cancelled = await exported(table, 'SELECT * FROM cpu', (exports, id) => exports.cancel(id));
  expect(cancelled.last?.state).toBe('cancelled');
  expect(cancelled.ends).toEqual(['abandon']);
});

test('an export whose reader has stopped reading is cancelled all the same', async () => {
  const ends: string[] = [];
  const file: ExportFile = {
    ...fakeFile().file,
    write: () => new Promise(() => undefined),
    abandon: async () => void ends.push('abandon'),
  };
  const exports = new Exports(() => table, { open: async () => file });
  let state: string | undefined;
  exports.follow(([view]) => {
    state = view?.state;
  });
  for (let i = 0; i < 3; i++) await exports.start({ sql: 'SELECT * FROM cpu', format: 'csv', name: 'a' });
  await exports.stop();
  expect(state).toBe('cancelled');
  expect(ends).toHaveLength(3);
  expect(exports.running).toBe(0);
});

test('a write that is done leaves nothing behind for the length of the export', async () => {
  const held: number[] = [];
  let signal = new AbortController().signal;
  const holding = (): number => getEventListeners(signal, 'abort').length;
  const { file } = fakeFile();
  const exports = new Exports(
    (own) => {
      signal = own;
      return table;
    },
    { open: async () => ({ ...file, write: async () => void held.push(holding()) }) },
  );
  let state: string | undefined;
  exports.follow(([view]) => {
    state = view?.state;
  });
  await exports.start({ sql: 'SELECT * FROM cpu', format: 'csv', name: 'a' });
  await vi.waitFor(() => expect(state).toBe('done'), 20_000);
  expect(held.length).toBeGreaterThan(1);
  expect([Math.max(...held) <= 1, holding()]).toEqual([true, 0]);
});

test('an export that got fewer rows than there were has failed', async () => {
  const shrinking: Ask = async function* answer(sql) {
    for await (const frame of table(sql)) {
      const counted = sql.includes('count()');
      yield counted ? frame : ({ ...frame, rows: 5, values: [{ ...frame.values[0], timesUs: [1, 2, 3, 4, 5] }] } as unknown as QueryFrame);
    }
  };
  const { last, ends } = await exported(shrinking, 'SELECT * FROM cpu');
  expect(last).toMatchObject({ state: 'failed', problem: expect.stringMatching(/had \d+ rows and then only 5/) });
  expect(ends).toEqual(['abandon']);
});

test('what looks at the clock is asked about one moment in all parts of an export', async () => {
  const asked: string[] = [];
  const ask: Ask = (sql) => {
    asked.push(sql);
    return table(sql.replace(/cast\('[^']*' as timestamp\)/, 'x'));
  };
  await exported(ask, 'SELECT * FROM cpu WHERE x > now()');
  const moments = new Set(asked.map((sql) => /cast\('([^']*)' as timestamp\)/.exec(sql)?.[1]));
  expect(asked.length).toBeGreaterThan(3);
  expect([moments.size, moments.has(undefined)]).toEqual([1, false]);
});

test('without a place for files, and beyond three at once, it is refused', async () => {
  await expect(new Exports(() => table, undefined).start({ sql: 'x', format: 'csv', name: 'a' })).rejects.toThrow(/cannot write files/);
  const never: Ask = async function* wait() {
    await new Promise(() => undefined);
    yield {} as QueryFrame;
  };
  const exports = new Exports(() => never, { open: async () => fakeFile().file });
  for (let i = 0; i < 3; i++) await exports.start({ sql: 'x', format: 'csv', name: 'a' });
  await expect(exports.start({ sql: 'x', format: 'csv', name: 'a' })).rejects.toThrow('3 exports are under way');
});
