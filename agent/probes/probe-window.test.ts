import { expect, test } from 'vitest';
import type { ProbeOutcome } from './probe-spec.ts';
import { PROBE_FIELDS, ProbeWindow } from './probe-window.ts';

const good = (latencyMs: number): ProbeOutcome => ({ latencyMs, answered: true, up: true, error: '' });
const LOST: ProbeOutcome = { latencyMs: Number.NaN, answered: false, up: false, error: 'timed_out' };
const REFUSED: ProbeOutcome = { latencyMs: Number.NaN, answered: true, up: false, error: 'refused' };

function windowOf(...outcomes: ProbeOutcome[]): Record<string, number> {
  const window = new ProbeWindow();
  for (const outcome of outcomes) window.add(outcome);
  const values = window.values();
  return Object.fromEntries(PROBE_FIELDS.map((field, i) => [field, values[i] as number]));
}

test('latency, jitter and shares of a window with one lost sample', () => {
  // Steps: |14 − 10| = 4, |11 − 14| = 3; the lost one between is stepped over.
  expect(windowOf(good(10), good(14), LOST, good(11))).toMatchObject({
    latency_ms: 11,
    latency_min_ms: 10,
    latency_max_ms: 14,
    latency_mean_ms: 35 / 3,
    jitter_ms: 3.5,
    packet_loss: 25,
    uptime_pct: 75,
    samples: 4,
  });
});

test('a refusal is no loss, and the target is down all the same', () => {
  expect(windowOf(REFUSED, REFUSED)).toMatchObject({ packet_loss: 0, uptime_pct: 0, latency_ms: Number.NaN, latency_min_ms: Number.NaN });
});

test('all lost: everything about latency is absent', () => {
  expect(windowOf(LOST, LOST, LOST)).toMatchObject({ packet_loss: 100, uptime_pct: 0, latency_max_ms: Number.NaN, jitter_ms: Number.NaN });
});

test('one sample has no jitter', () => {
  expect(windowOf(good(7))).toMatchObject({ latency_ms: 7, latency_mean_ms: 7, jitter_ms: Number.NaN, packet_loss: 0, uptime_pct: 100 });
});

test('an empty window has no shares', () => {
  expect(windowOf()).toMatchObject({ samples: 0, packet_loss: Number.NaN, uptime_pct: Number.NaN });
});

test('what HTTP tells is that of the newest sample that told it, and the error that of the newest bad one', () => {
  const window = new ProbeWindow();
  window.add({ ...good(5), status: 200, ttfbMs: 4, tlsMs: 2, tlsDaysLeft: 30 });
  window.add({ ...good(6), up: false, error: 'bad_status', status: 500, ttfbMs: 5 });
  window.add(LOST);
  window.add(good(5));
  expect(window.values().slice(8)).toEqual([500, 5, 2, 30]);
  expect(window.error).toBe('timed_out');
});
