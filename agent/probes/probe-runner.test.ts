// Times are staged; what answers is a real socket of this process, told apart by its port.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { ProbeRunner } from './probe-runner.ts';
import type { ProbeOutcome, ProbeSpec } from './probe-spec.ts';

const state = vi.hoisted(() => ({
  begun: [] as { name: string; atMs: number }[],
  answer: undefined as ((name: string) => unknown) | undefined,
  open: 0,
  mostOpen: 0,
}));

vi.mock('./probers.ts', () => ({
  createProber: async (spec: ProbeSpec) => {
    if (spec.name === 'gone' && state.begun.push({ name: spec.name, atMs: 0 }) <= 2) throw new Error('Cannot find module tcp-probe.js');
    return prober(spec);
  },
}));

const prober =
  (spec: ProbeSpec) =>
  (finish: (outcome: ProbeOutcome) => void): { close(): void } => {
    state.begun.push({ name: spec.name, atMs: performance.now() });
    state.mostOpen = Math.max(state.mostOpen, ++state.open);
    const outcome = state.answer?.(spec.name) as ProbeOutcome | undefined;
    if (outcome !== undefined) setTimeout(() => finish(outcome), outcome.latencyMs || 1);
    return { close: () => void state.open-- };
  };

const good = (latencyMs: number): ProbeOutcome => ({ latencyMs, answered: true, up: true, error: '' });
const ORIGIN = { country: 'gh', region: 'accra' };
const spec = (name: string, more: Partial<ProbeSpec> = {}): ProbeSpec => ({
  ...{ name, kind: 'tcp', target: `${name}:1`, interval: 5000, timeout: 1000, window: 60_000 },
  ...more,
});

let runner: ProbeRunner;
const leftOut: number[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(state, { begun: [], answer: () => good(20), open: 0, mostOpen: 0 });
  runner = new ProbeRunner({ random: () => 0.5, reports: { pingUnusable: () => undefined, rowsLeftOut: (rows) => leftOut.push(rows) } });
});
afterEach(() => {
  runner.stop();
  vi.useRealTimers();
});

function rowsOf(frame: FrameColumns | undefined): Record<string, unknown>[] {
  if (frame === undefined) return [];
  const rows = frame.timeUs.length;
  return Array.from({ length: rows }, (_, row) => ({
    ...Object.fromEntries(frame.tags.map((tag, i) => [tag, frame.series[frame.seriesIndex[row] as number]?.[i]])),
    ...Object.fromEntries(frame.fields.map((field, i) => [field, frame.values[i * rows + row]])),
    ...Object.fromEntries(frame.textFields.map((field, i) => [field, frame.texts[row * frame.textFields.length + i]])),
  }));
}

test('one row a window, with its samples on the grid of the interval', async () => {
  runner.apply([spec('db', { targetCountry: 'ng' })], ORIGIN);
  await vi.advanceTimersByTimeAsync(62_000);
  expect(runner.take(), 'not before the window ends').toBeUndefined();
  await vi.advanceTimersByTimeAsync(1000);
  expect(rowsOf(runner.take())).toEqual([
    expect.objectContaining({
      ...{ probe: 'db', target: 'db:1', kind: 'tcp', country: 'gh', region: 'accra', target_country: 'ng', target_node: '' },
      ...{ samples: 12, latency_ms: 20, jitter_ms: 0, packet_loss: 0, uptime_pct: 100, method: 'tcp', error: '' },
    }),
  ]);
  expect(runner.take()).toBeUndefined();
  const first = state.begun[0]?.atMs as number;
  expect(state.begun.map(({ atMs }) => Math.round((atMs - first) / 100))).toEqual(Array.from({ length: 13 }, (_, i) => i * 50));
});

test('a target that never answers has timed out, each time, and holds no other up', async () => {
  state.answer = (name) => (name.startsWith('hole') ? undefined : good(5));
  const holes = Array.from({ length: 200 }, (_, i) => spec(`hole${i}`));
  runner.apply([...holes, spec('db')], ORIGIN);
  await vi.advanceTimersByTimeAsync(65_000);
  const rows = rowsOf(runner.take());
  expect(state.mostOpen).toBeLessThanOrEqual(64);
  expect(rows.find(({ probe }) => probe === 'db')).toMatchObject({ packet_loss: 0, uptime_pct: 100 });
  expect(rows.filter(({ error }) => error === 'timed_out')).toHaveLength(200);
  expect(rows.find(({ probe }) => probe === 'hole7')).toMatchObject({ packet_loss: 100, uptime_pct: 0, latency_ms: Number.NaN });
});

test('no more than 50 samples begin in a second, also when all are due at once', async () => {
  runner.apply(
    Array.from({ length: 200 }, (_, i) => spec(`p${i}`, { interval: 10_000 })),
    ORIGIN,
  );
  await vi.advanceTimersByTimeAsync(30_000);
  const seconds = new Map<number, number>();
  for (const { atMs } of state.begun) seconds.set(Math.floor(atMs / 1000), (seconds.get(Math.floor(atMs / 1000)) ?? 0) + 1);
  expect(Math.max(...seconds.values())).toBeLessThanOrEqual(51);
  expect(new Set(state.begun.map(({ name }) => name)).size).toBe(200);
});

test('starts are spread over the interval', async () => {
  let at = 0;
  const spread = new ProbeRunner({ random: () => at++ / 4, reports: { pingUnusable: () => undefined, rowsLeftOut: () => undefined } });
  const startMs = performance.now();
  spread.apply([spec('a'), spec('b'), spec('c'), spec('d')], ORIGIN);
  await vi.advanceTimersByTimeAsync(4000);
  expect(state.begun.map(({ atMs }) => Math.round((atMs - startMs) / 50) * 50)).toEqual([0, 1250, 2500, 3750]);
  spread.stop();
});

test('a change keeps what stays as it was, and closes the window of what goes', async () => {
  runner.apply([spec('stays'), spec('goes')], ORIGIN);
  await vi.advanceTimersByTimeAsync(30_000);
  runner.apply([spec('stays'), spec('comes')], ORIGIN);
  expect(rowsOf(runner.take()).map(({ probe, samples }) => [probe, samples])).toEqual([['goes', 6]]);
  await vi.advanceTimersByTimeAsync(33_000);
  expect(rowsOf(runner.take()).map(({ probe, samples }) => [probe, samples])).toEqual([['stays', 12]]);
  runner.stop();
  expect(
    rowsOf(runner.take())
      .map(({ probe }) => probe)
      .sort(),
  ).toEqual(['comes', 'stays']);
});

test('no two rows of a probe have the same time, whatever the clock does', async () => {
  runner.apply([spec('db', { window: 10_000 })], ORIGIN);
  const times: number[] = [];
  for (let i = 0; i < 6; i++) {
    await vi.advanceTimersByTimeAsync(10_000);
    if (i === 2) vi.setSystemTime(Date.now() - 20_000);
    times.push(...(runner.take()?.timeUs ?? []));
  }
  expect(times.length).toBeGreaterThanOrEqual(5);
  expect(new Set(times).size).toBe(times.length);
});

test('a probe that cannot begin is a failed sample, and the next one tries again', async () => {
  runner.apply([spec('gone')], ORIGIN);
  await vi.advanceTimersByTimeAsync(63_000);
  expect(rowsOf(runner.take())).toEqual([
    expect.objectContaining({ probe: 'gone', samples: 12, uptime_pct: (10 / 12) * 100, error: 'failed' }),
  ]);
});
