import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { ExtractionConfig } from './config.ts';
import { Extractor, type ExtractorOptions } from './extractor.ts';
import type { MarkFile } from './mark-file.ts';
import { PrometheusError } from './prometheus-error.ts';

const world = vi.hoisted(() => ({
  nowMs: 0,
  /** What was asked of the runs, in order. */
  did: [] as string[],
  waits: [] as number[],
  /** What the next cycles of a query fail with. */
  failures: {} as Record<string, (Error | undefined)[]>,
  onWait: (): void => undefined,
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    world.waits.push(ms);
    world.onWait();
    signal.throwIfAborted();
  },
}));
vi.mock('./query-run.ts', () => ({
  QueryRun: class {
    readonly plan: { name: string };
    readonly tally = {};
    constructor(plan: { name: string }) {
      this.plan = plan;
    }
    async runDue(file: MarkFile): Promise<void> {
      await Promise.resolve();
      world.did.push(`${this.plan.name} due ${file.path.split('/').slice(-2).join('/')}`);
      const failure = world.failures[this.plan.name]?.shift();
      if (failure !== undefined) throw failure;
    }
    async backfill({ first, last }: { first: number; last: number }): Promise<void> {
      await Promise.resolve();
      world.did.push(`${this.plan.name} from ${first} to ${last}`);
      const failure = world.failures[this.plan.name]?.shift();
      if (failure !== undefined) throw failure;
    }
    countNothing(): void {
      world.did.push(`${this.plan.name} counts nothing`);
    }
    async settle(): Promise<void> {
      world.did.push(`${this.plan.name} settles`);
    }
  },
}));

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'muster-extraction-'));
  Object.assign(world, { nowMs: 1_000_000_000_000, did: [], waits: [], failures: {}, onWait: () => undefined });
  vi.spyOn(Date, 'now').mockImplementation(() => world.nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(stateDir, { recursive: true, force: true });
});

function staged(queries: { name: string; stepMs: number }[], given: { name?: string; lag?: number; interval?: number } = {}) {
  const stopping = new AbortController();
  const told: string[] = [];
  const config = { name: 'lab', lag: 30_000, interval: 0, concurrency: 2, stateDir, ...given, queries } as unknown as ExtractionConfig;
  const events = {
    querySkipped: (name: string, error: Error) => told.push(`${name} skipped: ${error.message}`),
    cycleFailed: (name: string, error: Error) => told.push(`${name} failed: ${error.message}`),
  };
  const extractor = new Extractor({ config, events, stopping: stopping.signal, cut: stopping.signal } as unknown as ExtractorOptions);
  /** Stops at wait number `count`. */
  const stopAt = (count: number): void => {
    world.onWait = () => {
      if (world.waits.length >= count) stopping.abort();
    };
  };
  return { extractor, told, stopping, stopAt };
}

const UP = { name: 'up', stepMs: 15_000 };
const LOAD = { name: 'load', stepMs: 15_000 };

test('once asks each query for what is due, with a mark of its own, and then the ledger', async () => {
  world.failures = { up: [new MusterError('unavailable', 'away')] };
  const { extractor } = staged([UP, LOAD]);
  const outcomes = await extractor.once();
  expect(outcomes.map(({ name, error }) => [name, error?.message])).toEqual([
    ['up', 'away'],
    ['load', undefined],
  ]);
  expect(world.did).toEqual(['up due lab/up.mark.json', 'load due lab/load.mark.json', 'up settles', 'load settles']);
});

test('a back-fill has the whole steps of its span, and needs no lock', async () => {
  const { extractor } = staged([UP]);
  await extractor.backfill({ fromMs: 15_001, toMs: 44_999 } as never);
  await extractor.backfill({ fromMs: 15_000, toMs: 45_000 } as never);
  expect(world.did).toEqual(['up from 2 to 2', 'up settles', 'up from 1 to 3', 'up settles']);
});

test('two that move the same marks are one too many, under another name they are not', async () => {
  await staged([UP], { name: 'taken' }).extractor.once();
  await expect(staged([UP], { name: 'taken' }).extractor.once()).rejects.toThrow(
    `stateDir ${join(stateDir, 'taken')} is locked by process ${process.pid}`,
  );
  await staged([UP], { name: 'other' }).extractor.once();
});

test('for ever asks again when the next point is due, and counts nothing', async () => {
  const { extractor, stopAt } = staged([UP]);
  stopAt(2);
  world.nowMs = 100 * 15_000 + 30_000 + 4000;
  const outcomes = await extractor.forever();
  expect(world.did).toEqual(['up counts nothing', 'up due lab/up.mark.json', 'up due lab/up.mark.json']);
  // The newest point was 4 s ago, less the lag.
  expect(world.waits[0]).toBe(11_000);
  expect(outcomes).toEqual([{ name: 'up', tally: {}, error: undefined }]);
});

test('an interval that is longer than the step decides how often it is asked', async () => {
  const { extractor, stopAt } = staged([UP], { interval: 60_000, lag: 0 });
  stopAt(1);
  world.nowMs = 100 * 60_000 + 1000;
  await extractor.forever();
  expect(world.waits).toEqual([59_000]);
});

test.each([
  [15_000, 2500],
  [4000, 1000],
])('queries of a step of %i ms do not all ask in the same moment: the second of two waits %i ms more', async (stepMs, moreMs) => {
  const { extractor, stopAt } = staged([
    { name: 'up', stepMs },
    { name: 'load', stepMs },
  ]);
  stopAt(2);
  await extractor.forever();
  const [first = 0, second = 0] = world.waits;
  expect(second - first).toBe(moreMs);
});

test('a cycle that failed is told, and the next one comes; a query that Prometheus refuses is left out for good', async () => {
  world.failures = { up: [new MusterError('unavailable', 'away')], load: [new PrometheusError('query', 'no such function')] };
  const { extractor, told, stopAt } = staged([UP, LOAD]);
  stopAt(2);
  const outcomes = await extractor.forever();
  expect(told.toSorted()).toEqual(['load skipped: no such function', 'up failed: away']);
  expect(world.did.filter((did) => did.startsWith('load due'))).toHaveLength(1);
  expect(world.did.filter((did) => did.startsWith('up due'))).toHaveLength(2);
  expect(outcomes.map(({ name, error }) => [name, error?.message])).toEqual([
    ['up', undefined],
    ['load', 'no such function'],
  ]);
});

test('what fails while it stops is no failure', async () => {
  const { extractor, told, stopping } = staged([UP]);
  world.failures = { up: [new MusterError('cancelled', 'the extraction is stopping')] };
  stopping.abort();
  expect(await extractor.forever()).toEqual([{ name: 'up', tally: {}, error: undefined }]);
  expect([told, world.waits]).toEqual([[], []]);
});
