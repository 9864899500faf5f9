import { expect, it } from 'vitest';
import { doorEpoch } from '../../core/common/door-epoch.ts';
import type { FrameColumns } from '../../core/common/frame.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import type { Cycle } from './cycle.ts';
import type { StoredRows } from './door-tables.ts';
import type { RowValues } from './row-values.ts';
import { SERIES_LIMITS, SeriesCache } from './series-cache.ts';
import { createTablePlan } from './table-plan.ts';
import { Transform } from './transform.ts';

const NOW_MS = 1_780_000_000_000;
const NOW_US = NOW_MS * 1000;
const IMPORT = Buffer.from(doorEpoch('import', Buffer.alloc(12, 7)));
const AGENT = Buffer.alloc(16, 1);

/** Rows of one series: time after now, and the values by field; what is missing is absent. */
function frame(rows: { at: number; text?: string; [field: string]: number | string | undefined }[]): FrameColumns {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== 'at' && name !== 'text');
  const hasText = rows.some(({ text }) => text !== undefined);
  return {
    ...{ measurement: 'm', tags: ['tag'], series: [['x']], seriesIndex: new Uint32Array(rows.length), fields },
    timeUs: Float64Array.from(rows, ({ at }) => NOW_US + at),
    values: Float64Array.from(fields.flatMap((field) => rows.map((row) => (row[field] as number | undefined) ?? Number.NaN))),
    ...{ textFields: hasText ? ['text'] : [], texts: hasText ? rows.map(({ text }) => text ?? '') : [] },
  };
}

function message(seq: number, frames: FrameColumns[], epoch = IMPORT): Buffer {
  const batch = encodeBatch({ epoch, seq, createdUs: NOW_US, frames, events: [], dropped: [] });
  return encodeEnvelope([{ nodeId: 'n', receivedUs: NOW_US, gateway: 'g', batch, epoch, seq, skewUs: 0 }]);
}

function transform(stored?: StoredRows): Transform {
  const source = {
    plan: () => undefined,
    resolve: async (_: string, shape: Parameters<typeof createTablePlan>[0]) => createTablePlan(shape),
  };
  return new Transform(source, new SeriesCache(NOW_MS, SERIES_LIMITS), { ttlDays: 30, now: () => NOW_MS, ...(stored ? { stored } : {}) });
}

/** The table has these rows, by time after now. */
function having(rows: Record<number, RowValues>): StoredRows {
  return { find: async () => (_, timeUs) => rows[timeUs - NOW_US], recall: async () => undefined };
}

/** What the database has after the lines of a cycle: of each time the last line, as it replaces the whole row. */
function tableOf(cycle: Cycle): Record<string, Record<string, number | string>> {
  const table: Record<string, Record<string, number | string>> = {};
  for (const chunk of cycle.chunks) {
    for (let row = 0; row < chunk.rows; row++) {
      const line = chunk.slice(row, row + 1).toString('latin1');
      const time = Number(/ (\d{16})\n$/.exec(line)?.[1]) - NOW_US;
      const values = line.slice(line.indexOf(' ') + 1, -18);
      const found: Record<string, number | string> = {};
      for (const [, name = '', double, text] of values.matchAll(/,?(\w+)=(?:=[\s\S]([\s\S]{8})|"([^"]*)")/g))
        found[name] = double === undefined ? (text as string) : Buffer.from(double, 'latin1').readDoubleLE();
      table[time] = found;
    }
  }
  return table;
}

const counts = ({ accounts }: Cycle) =>
  accounts.map(({ rows, mergedRows, metRows, replacedRows, overwrittenRows }) => [
    rows,
    mergedRows,
    metRows,
    replacedRows,
    overwrittenRows,
  ]);

it('makes one row of the fields that one moment has in two samples of a batch', async () => {
  const cycle = await transform().run([message(1, [frame([{ at: 0, a: 1 }]), frame([{ at: 0, b: 2, text: 'z' }])])]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 1, b: 2, text: 'z' } });
  expect(counts(cycle)).toEqual([[2, 1, 0, 0, 0]]);
});

it('does the same for an agent, whose other rows it writes as they come', async () => {
  const cycle = await transform().run([
    message(
      1,
      [
        frame([
          { at: 0, a: 1 },
          { at: 1, a: 3 },
        ]),
        frame([{ at: 0, b: 2 }]),
      ],
      AGENT,
    ),
  ]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 1, b: 2 }, 1: { a: 3 } });
  expect(counts(cycle)).toEqual([[3, 1, 0, 0, 0]]);
});

it('lets the last value win where two rows differ, and counts the row that lost', async () => {
  const cycle = await transform().run([
    message(1, [
      frame([
        { at: 0, a: 1, b: 5 },
        { at: 0, a: 2 },
        { at: 0, a: 2 },
      ]),
    ]),
  ]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 2, b: 5 } });
  expect(counts(cycle)).toEqual([[3, 2, 0, 1, 0]]);
});

it('unites over the batches of a cycle, whatever their door', async () => {
  const push = Buffer.from(doorEpoch('push', Buffer.alloc(12)));
  const cycle = await transform().run([
    message(1, [frame([{ at: 0, a: 1 }])]),
    message(2, [frame([{ at: 0, a: 9 }])]),
    message(1, [frame([{ at: 0, a: 8, b: 2 }])], push),
  ]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 8, b: 2 } });
  expect(counts(cycle)).toEqual([
    [1, 0, 0, 0, 0],
    [1, 0, 1, 1, 0],
    [1, 0, 1, 0, 1],
  ]);
});

it('keeps what the table has and the row does not bring', async () => {
  const stored = having({
    0: { fields: new Map([['a', 1]]), texts: new Map([['text', 'old']]) },
    5: { fields: new Map([['b', 2]]), texts: new Map() },
  });
  const cycle = await transform(stored).run([
    message(1, [
      frame([
        { at: 0, b: 2 },
        { at: 5, b: 3 },
        { at: 9, b: 4 },
      ]),
    ]),
  ]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 1, b: 2, text: 'old' }, 5: { b: 3 }, 9: { b: 4 } });
  expect(counts(cycle)).toEqual([[3, 0, 2, 0, 1]]);
});

it('changes nothing and counts no loss where the same rows come again', async () => {
  const stored = having({ 0: { fields: new Map([['a', 1]]), texts: new Map() } });
  const cycle = await transform(stored).run([message(1, [frame([{ at: 0, a: 1 }])])], [true]);
  expect(tableOf(cycle)).toEqual({ 0: { a: 1 } });
  expect(counts(cycle)).toEqual([[1, 0, 1, 0, 0]]);
});

it('waits for what is on its way only where a row may meet it', async () => {
  const asked: boolean[] = [];
  const run = transform({
    find: async ({ mayRepeat }) => {
      asked.push(mayRepeat);
      return undefined;
    },
    recall: async () => undefined,
  });
  await run.run([
    message(1, [
      frame([
        { at: 0, a: 1 },
        { at: 1, a: 1 },
      ]),
    ]),
  ]);
  await run.run([message(2, [frame([{ at: 2, a: 1 }])])]);
  await run.run([message(3, [frame([{ at: 1, a: 1 }])])]);
  // Older than all that came: a file whose newest rows stand first.
  await run.run([message(4, [frame([{ at: -1, a: 1 }])])]);
  await run.run([message(5, [frame([{ at: -2, a: 1 }])])]);
  await run.run([message(6, [frame([{ at: -1, a: 1 }])])]);
  expect(asked).toEqual([false, false, true, false, false, true]);
});

it('names why rows were set aside, with their number', async () => {
  const cycle = await transform().run([
    message(1, [
      frame([
        { at: 0, a: Number.POSITIVE_INFINITY },
        { at: -40 * 86_400_000_000, a: 1 },
        { at: 1, a: 1 },
      ]),
    ]),
  ]);
  expect(cycle.accounts[0]?.badRows).toBe(2);
  expect([...(cycle.accounts[0]?.reasons ?? [])].map(([reason, { rows }]) => [reason, rows])).toEqual([
    ['not_finite', 1],
    ['time_too_old', 1],
  ]);
});

it('writes each row once where only some of them meet what the table has, and none that was set aside', async () => {
  const stored = having({ 5: { fields: new Map([['b', 2]]), texts: new Map() } });
  const rows = [0, 5, 9].map((at) => ({ at, a: at }));
  const cycle = await transform(stored).run([message(1, [frame([...rows, { at: 10, a: Number.POSITIVE_INFINITY }])])]);
  expect(cycle.chunks.reduce((sum, chunk) => sum + chunk.rows, 0)).toBe(3);
  expect(tableOf(cycle)).toEqual({ 0: { a: 0 }, 5: { a: 5, b: 2 }, 9: { a: 9 } });
  expect(counts(cycle)).toEqual([[4, 0, 1, 0, 0]]);
});

it('writes the rows before the first repeated one only once, too', async () => {
  const cycle = await transform().run([message(1, [frame([0, 1, 2, 1].map((at, i) => ({ at, a: i })))])]);
  expect(cycle.chunks.reduce((sum, chunk) => sum + chunk.rows, 0)).toBe(3);
  expect(tableOf(cycle)).toEqual({ 0: { a: 0 }, 1: { a: 3 }, 2: { a: 2 } });
});

it('asks the database nothing for a table none of whose rows is taken', async () => {
  const asked: string[] = [];
  const stored: StoredRows = {
    find: async ({ table }) => {
      asked.push(table);
      return undefined;
    },
    recall: async () => undefined,
  };
  const tooOld = frame([{ at: -400 * 86_400e6, a: 1 }]);
  const cycle = await transform(stored).run([message(1, [{ ...tooOld, measurement: 'old' }, frame([{ at: 0, a: 1 }])])]);
  expect(asked).toEqual(['m']);
  expect(tableOf(cycle)).toEqual({ 0: { a: 1 } });
  await transform(stored).run([message(2, [tooOld])]);
  expect(asked).toEqual(['m']);
});
