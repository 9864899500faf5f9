import { expect, test } from 'vitest';
import type { Collector } from '../host/collector.ts';
import { CollectorSet, SILENT_REPORTS } from './collector-set.ts';
import { type CollectorTiming, EVERY_TICK, LIVE_TIMING } from './collector-timing.ts';

/** Runs a set at `everyMs` and gives at which milliseconds each collector ran. */
function runsOf(collectors: Partial<Collector>[], timing: CollectorTiming, fromMs: number, untilMs: number, everyMs: number) {
  const runs: Record<string, number[]> = {};
  let now = fromMs;
  const set = new CollectorSet(
    collectors.map((partial) => ({
      measurement: 'm',
      tags: [],
      fields: ['v'],
      collect: () => {
        const name = partial.measurement as string;
        runs[name] = [...(runs[name] ?? []), now];
      },
      close: () => undefined,
      ...partial,
    })),
    SILENT_REPORTS,
    timing,
    fromMs,
  );
  for (; now <= untilMs; now += everyMs) void set.run({ timeUs: now * 1000, monotonicMs: now });
  return { runs, set };
}

test('each runs at the multiples of its interval, moved by the offset, and once at the start', () => {
  const timing = { ...EVERY_TICK, intervalMs: 2000, intervals: { slow: 5000 }, offsetMs: 300 };
  const { runs, set } = runsOf([{ measurement: 'usual' }, { measurement: 'slow' }], timing, 1_000_000, 1_011_000, 100);
  expect(runs).toEqual({
    usual: [1_000_000, 1_000_300, 1_002_300, 1_004_300, 1_006_300, 1_008_300, 1_010_300],
    slow: [1_000_000, 1_000_300, 1_005_300, 1_010_300],
  });
  expect([set.untilNextMs(1_011_000), set.untilNextMs(1_014_301)]).toEqual([1300, 999]);
  // A timer that fired early is of the tick it was meant for.
  expect(set.untilNextMs(1_012_299)).toBe(2001);
});

test('a collector that costs is never quicker than its own least interval', () => {
  const { runs } = runsOf([{ measurement: 'smart', intervalMs: 5000 }], { ...EVERY_TICK, intervalMs: 1000 }, 0, 12_000, 1000);
  expect(runs['smart']).toEqual([0, 5000, 10_000]);
});

test('a watcher gets its rate, except of what costs; the slowest do not start because of it', () => {
  const collectors = [
    { measurement: 'cpu' },
    { measurement: 'process', intervalMs: 10_000, liveIntervalMs: 2000 },
    { measurement: 'smart', intervalMs: 300_000 },
  ];
  const { runs } = runsOf(collectors, LIVE_TIMING, 298_500, 300_500, 500);
  expect(runs['cpu']).toHaveLength(5);
  expect(runs['process']).toEqual([298_500, 300_000]);
  expect(runs['smart']).toEqual([300_000]);
});

test('other intervals and other collectors are taken up at once', () => {
  const { runs, set } = runsOf([{ measurement: 'a' }, { measurement: 'b' }], { ...EVERY_TICK, intervalMs: 60_000 }, 0, 0, 1);
  set.apply({ ...EVERY_TICK, intervalMs: 1000, disabled: ['b'] });
  void set.run({ timeUs: 1_000_000, monotonicMs: 1000 });
  expect([runs['a']?.length, runs['b']?.length]).toEqual([2, 1]);
  set.apply({ ...EVERY_TICK, intervalMs: 1000 });
  void set.run({ timeUs: 2_000_000, monotonicMs: 2000 });
  expect([runs['a']?.length, runs['b']?.length]).toEqual([3, 2]);
});
