import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import type { PlanRefusal, PlanSource } from './plan-source.ts';
import { SeriesCache } from './series-cache.ts';
import { createTablePlan, type TablePlan } from './table-plan.ts';
import { Transform } from './transform.ts';

const NOW_MS = 1_780_000_000_000;
const NOW_US = NOW_MS * 1000;

function planSource(refused: Record<string, PlanRefusal> = {}): PlanSource {
  const plans = new Map<string, TablePlan | PlanRefusal>();
  return {
    plan: (shape) => plans.get(shape),
    resolve: async (shape, frame) => {
      const plan = refused[frame.measurement] ?? createTablePlan(frame);
      plans.set(shape, plan);
      return plan;
    },
  };
}

function transform(limits = { perNode: 3, total: 100, generationMs: 1000 }, refused: Record<string, PlanRefusal> = {}): Transform {
  return new Transform(planSource(refused), new SeriesCache(NOW_MS, limits), { ttlDays: 30, now: () => NOW_MS });
}

function frame(measurement: string, rows: [number, string, number][]): FrameColumns {
  const names = [...new Set(rows.map(([, tag]) => tag))];
  return {
    ...{ measurement, tags: ['tag'], series: names.map((name) => [name]), fields: ['a'], textFields: [], texts: [] },
    seriesIndex: Uint32Array.from(rows, ([, tag]) => names.indexOf(tag)),
    timeUs: Float64Array.from(rows, ([time]) => NOW_US + time),
    values: Float64Array.from(rows, ([, , value]) => value),
  };
}

function message(frames: FrameColumns[], skewUs = 0, nodeId = 'n'): Buffer {
  const epoch = Buffer.alloc(16, 1);
  const batch = encodeBatch({ epoch, seq: 7, createdUs: NOW_US, frames, events: [], dropped: [] });
  return encodeEnvelope([{ nodeId, receivedUs: NOW_US, gateway: 'g', batch, epoch, seq: 7, skewUs }]);
}

it('puts the rows of many messages into one chunk a table', async () => {
  const cycle = await transform().run([
    message([frame('m', [[0, 'x', 1]]), frame('o', [[0, 'x', 1]])]),
    message([frame('m', [[1, 'x', 2]])]),
  ]);
  expect(cycle.chunks.map(({ table, rows }) => [table, rows])).toEqual([
    ['m', 2],
    ['o', 1],
  ]);
  expect(cycle.letters).toEqual([]);
});

it("takes rows of Muster's own parts from them alone", async () => {
  const asked: string[] = [];
  const source: PlanSource = {
    plan: () => undefined,
    resolve: async (_, { measurement, ...more }) => {
      asked.push(measurement);
      return createTablePlan({ measurement, ...more });
    },
  };
  const cache = new SeriesCache(NOW_MS, { perNode: 9, total: 9, generationMs: 1000 });
  const rows = () => [frame('muster_part', [[0, 'gateway', 1]]), frame('cpu', [[0, 'x', 1]])];
  const work = new Transform(source, cache, { ttlDays: 30, now: () => NOW_MS });
  const strangers = await work.run([message(rows(), 0, '3f0c2a9e-0000-4000-8000-00000000000a')]);
  expect(strangers.chunks.map(({ table }) => table)).toEqual(['cpu']);
  expect(strangers.letters).toMatchObject([
    { reason: 'reserved_measurement', measurement: 'muster_part', detail: expect.stringContaining("Muster's own parts") },
  ]);
  expect(strangers.accounts[0]?.badRows).toBe(1);
  expect(asked).toEqual(['cpu']);
  const own = await work.run([message(rows(), 0, 'muster-gateway-1')]);
  expect(own.chunks.map(({ table }) => table).sort()).toEqual(['cpu', 'muster_part']);
  expect(own.letters).toEqual([]);
});

it('comes to an end where a cycle has more shapes than the schema remembers', async () => {
  const forgetful: PlanSource = { plan: () => undefined, resolve: async (_, frame) => createTablePlan(frame) };
  const cache = new SeriesCache(NOW_MS, { perNode: 9, total: 9, generationMs: 1000 });
  const cycle = await new Transform(forgetful, cache, { ttlDays: 30, now: () => NOW_MS }).run([
    message([frame('m', [[0, 'x', 1]]), frame('o', [[0, 'x', 1]])]),
  ]);
  expect(cycle.chunks.map(({ table, rows }) => [table, rows])).toEqual([
    ['m', 1],
    ['o', 1],
  ]);
});

it.each([
  [90_000_000_000, "clock_skew: the clock of the node is 90000 s behind the gateway's"],
  [-90_000_000_000, "clock_skew: the clock of the node is 90000 s ahead of the gateway's"],
])('sets the rows of a clock that is off by %i µs aside and says which way', async (skewUs, problem) => {
  const cycle = await transform().run([message([frame('m', [[0, 'x', 1]])], skewUs)]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 1, badRows: 1, problem });
  expect(cycle.chunks).toEqual([]);
});

it('counts equal keys once, over all frames of a batch, and not those of bad rows', async () => {
  const again = frame('m', [
    [0, 'x', 3],
    [5, 'x', Number.POSITIVE_INFINITY],
    [5, 'x', 1],
    [5, 'x', 2],
  ]);
  const cycle = await transform().run([
    message([
      frame('m', [
        [0, 'x', 1],
        [1, 'x', 2],
      ]),
      again,
    ]),
  ]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 6, badRows: 1, mergedRows: 2 });
});

it('takes rising times of interleaved series as different keys', async () => {
  const cycle = await transform().run([
    message([
      frame('m', [
        [0, 'x', 1],
        [0, 'y', 2],
        [1, 'x', 3],
        [1, 'y', 4],
      ]),
    ]),
  ]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 4, badRows: 0, mergedRows: 0 });
});

it('takes so many series of a node and names the tag of the others', async () => {
  const cycle = await transform().run([
    message([
      frame(
        'm',
        ['a', 'b', 'c', 'd', 'e'].map((tag) => [0, tag, 1]),
      ),
    ]),
  ]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 5, badRows: 2 });
  expect(cycle.letters.map(({ reason, row }) => [reason, row?.['tag']])).toEqual([
    ['too_many_series', 'd'],
    ['too_many_series', 'e'],
  ]);
  expect(cycle.letters[0]?.detail).toContain('the tag tag of m has');
});

it('sets the rows of a refused shape aside and stores the others', async () => {
  const refused = { bad: { reason: 'bad_name' as const, detail: 'no name' } };
  const cycle = await transform(undefined, refused).run([message([frame('bad', [[0, 'x', 1]]), frame('m', [[0, 'x', 1]])])]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 2, badRows: 1 });
  expect(cycle.chunks.map(({ table }) => table)).toEqual(['m']);
});

it('keeps the account of a batch that it cannot read', async () => {
  const bytes = encodeEnvelope([
    { nodeId: 'n', receivedUs: NOW_US, gateway: 'g', batch: Buffer.from([0x0f]), epoch: Buffer.alloc(16), seq: 9, skewUs: 0 },
  ]);
  const cycle = await transform().run([bytes]);
  expect(cycle.accounts[0]).toMatchObject({ rows: 0, delivery: { seq: 9 } });
  expect(cycle.accounts[0]?.problem).not.toBe('');
  expect(cycle.letters).toMatchObject([{ reason: 'malformed', seq: 9, raw: 'Dw==' }]);
});

it('sets a batch aside with its bytes for which it throws, and writes the others of the same messages', async () => {
  const plans = planSource();
  const source: PlanSource = {
    plan: (shape) => plans.plan(shape),
    resolve: (shape, one) => {
      if (one.measurement === 'odd') throw new TypeError('staged');
      return plans.resolve(shape, one);
    },
  };
  const cache = new SeriesCache(NOW_MS, { perNode: 9, total: 9, generationMs: 1000 });
  const run = new Transform(source, cache, { ttlDays: 30, now: () => NOW_MS });
  const epoch = Buffer.alloc(16, 2);
  const delivery = (seq: number, name: string) => {
    const batch = encodeBatch({ epoch, seq, createdUs: NOW_US, frames: [frame(name, [[seq, 'x', 1]])], events: [], dropped: [] });
    return { nodeId: 'n', receivedUs: NOW_US, gateway: 'g', batch, epoch, seq, skewUs: 0 };
  };
  const odd = delivery(2, 'odd');
  const cycle = await run.run([encodeEnvelope([delivery(1, 'm'), odd, delivery(3, 'm')]), message([frame('m', [[9, 'x', 1]])])]);
  expect(cycle.chunks.map(({ table, rows }) => [table, rows])).toEqual([['m', 3]]);
  expect(cycle.accounts.map(({ delivery: { seq }, rows, problem }) => [seq, rows, problem])).toEqual([
    [1, 1, ''],
    [2, 0, 'the batch cannot be worked on: staged'],
    [3, 1, ''],
    [7, 1, ''],
  ]);
  expect(cycle.letters).toMatchObject([{ seq: 2, reason: 'malformed', raw: Buffer.from(odd.batch).toString('base64') }]);
});

it('refuses rows whose tag the database cannot take, before it is asked', async () => {
  const cycle = await transform().run([
    message([
      frame('m', [
        [0, 'nul\0', 1],
        [1, 'x'.repeat(5000), 1],
        [2, 'fine', 1],
      ]),
    ]),
  ]);
  expect(cycle.chunks.map(({ rows }) => rows)).toEqual([1]);
  expect(cycle.letters.map(({ reason, detail }) => [reason, detail])).toEqual([
    ['malformed', 'a tag value has a NUL in it'],
    ['malformed', expect.stringContaining('at most 4096')],
  ]);
});

it('takes of a batch that comes again what it took the first time, whatever has aged or filled up meanwhile', async () => {
  const DAY_US = 86_400_000_000;
  let nowMs = NOW_MS;
  const cache = new SeriesCache(NOW_MS, { perNode: 1, total: 100, generationMs: 1000 });
  const worker = new Transform(planSource(), cache, { ttlDays: 30, now: () => nowMs });
  const aging = message([frame('m', [[-29 * DAY_US, 'x', 1]])]);
  const rowsOf = async (again: boolean): Promise<number> => {
    const { accounts } = await worker.run([aging], [again]);
    return (accounts[0]?.rows ?? 0) - (accounts[0]?.badRows ?? 0);
  };
  expect(await rowsOf(false)).toBe(1);
  nowMs += 2 * 86_400_000;
  // The hour is over, and another series took the node's only place.
  await worker.run([message([frame('m', [[DAY_US, 'other', 1]])])]);
  expect([await rowsOf(false), await rowsOf(true)]).toEqual([0, 1]);
});
