import { expect, test } from 'vitest';
import { PingTracker, parsePingLine } from './ping-tracker.ts';
import type { ProbeOutcome } from './probe-spec.ts';
import { PROBE_FIELDS, ProbeWindow } from './probe-window.ts';

test.each([
  ['64 bytes from 10.0.0.1: icmp_seq=3 ttl=64 time=0.045 ms', { seq: 3, latencyMs: 0.045 }],
  ['[1700000000.1] 64 bytes from ::1: icmp_seq=12 ttl=64 time<1 ms', { seq: 12, latencyMs: 1 }],
  ['64 bytes from 10.0.0.1: seq=0 ttl=64 time=1.250 ms', { seq: 1, latencyMs: 1.25 }],
  ['From 10.0.0.254 icmp_seq=7 Destination Host Unreachable', { seq: 7, latencyMs: Number.NaN }],
  ['64 bytes from 10.0.0.1: icmp_seq=3 ttl=64 time=0.1 ms (DUP!)', undefined],
  ['PING 10.0.0.1 (10.0.0.1) 56(84) bytes of data.', undefined],
  ['4 packets transmitted, 4 received, 0% packet loss, time 3004ms', undefined],
  ['', undefined],
])('%s', (line, parsed) => {
  expect(parsePingLine(line)).toEqual(parsed);
});

function track(): { tracker: PingTracker; outcomes: ProbeOutcome[]; words: () => string[] } {
  const outcomes: ProbeOutcome[] = [];
  const tracker = new PingTracker({ intervalMs: 1000, timeoutMs: 500, onOutcome: (outcome) => outcomes.push(outcome) });
  tracker.started(10_000);
  return { tracker, outcomes, words: () => outcomes.map(({ latencyMs, error }) => error || String(latencyMs)) };
}

test('a hole between two replies is so many lost echoes', () => {
  const { tracker, words, outcomes } = track();
  tracker.line({ seq: 1, latencyMs: 10 }, 10_010);
  tracker.line({ seq: 4, latencyMs: 14 }, 13_014);
  expect(words()).toEqual(['10', 'timed_out', 'timed_out', '14']);
  const window = new ProbeWindow();
  for (const outcome of outcomes) window.add(outcome);
  const values = Object.fromEntries(PROBE_FIELDS.map((field, i) => [field, window.values()[i]]));
  expect(values).toMatchObject({ packet_loss: 50, uptime_pct: 50, jitter_ms: 4, latency_ms: 14 });
});

test('silence is loss as time passes, and an echo counts once', () => {
  const { tracker, words } = track();
  tracker.tick(10_900);
  expect(words()).toEqual([]);
  tracker.tick(11_000);
  tracker.tick(11_500);
  expect(words()).toEqual(['timed_out']);
  tracker.line({ seq: 1, latencyMs: 1600 }, 11_600);
  tracker.line({ seq: 2, latencyMs: 600 }, 11_610);
  expect(words(), 'a reply after the timeout is lost as well').toEqual(['timed_out', 'timed_out']);
  tracker.line({ seq: 3, latencyMs: 5 }, 12_005);
  tracker.tick(12_900);
  expect(words()).toEqual(['timed_out', 'timed_out', '5']);
});

test('unreachable has its own word, and a new program counts from one', () => {
  const { tracker, words } = track();
  tracker.line({ seq: 1, latencyMs: Number.NaN }, 10_500);
  tracker.started(11_000);
  tracker.line({ seq: 1, latencyMs: 2 }, 11_002);
  expect(words()).toEqual(['unreachable', '2']);
});
