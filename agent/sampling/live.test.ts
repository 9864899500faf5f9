import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeLiveSamples } from '../../proto/batch-codec.ts';
import { AGENT_MESSAGE_FIELDS, type AgentMessage } from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { WireReader } from '../../proto/wire.ts';
import type { Collector } from '../host/collector.ts';
import { LiveSampling } from './live.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function stage() {
  const sent: Buffer[] = [];
  const created: string[][] = [];
  let closed = 0;
  const live = new LiveSampling({
    createCollectors(measurements): Collector[] {
      created.push([...measurements]);
      return [{ measurement: 'cpu', tags: [], fields: ['busy'], collect: (rows) => rows.add([], [50]), close: () => void closed++ }];
    },
    send: (message) => sent.push(message) > 0,
  });
  return { live, sent, created, closed: () => closed };
}

/** The bytes of the `live` field. */
function liveBytes(message: Buffer): Buffer {
  const reader = new WireReader(message);
  reader.uint();
  return reader.bytes();
}

test('samples come at the rate of the lease and end with it', () => {
  const { live, sent, closed } = stage();
  live.lease({ measurements: ['cpu'], intervalMs: 200, durationMs: 1000 });
  vi.advanceTimersByTime(5000);
  expect(sent).toHaveLength(5);
  expect(live.active).toBe(false);
  expect(closed()).toBe(1);
  expect(decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, sent[0] as Buffer).live).toBeDefined();
  expect(decodeLiveSamples(liveBytes(sent[0] as Buffer)).frames[0]).toMatchObject({ measurement: 'cpu', fields: ['busy'] });
});

test('a renewal keeps the collectors, another wish replaces them, and zero ends it', () => {
  const { live, sent, created, closed } = stage();
  live.lease({ measurements: ['cpu'], intervalMs: 100, durationMs: 1000 });
  vi.advanceTimersByTime(900);
  live.lease({ measurements: ['cpu'], intervalMs: 100, durationMs: 1000 });
  vi.advanceTimersByTime(900);
  expect(created).toEqual([['cpu']]);
  live.lease({ measurements: [], intervalMs: 100, durationMs: 1000 });
  expect(created).toEqual([['cpu'], []]);
  live.lease({ measurements: [], intervalMs: 100, durationMs: 0 });
  expect(closed()).toBe(2);
  const before = sent.length;
  vi.advanceTimersByTime(5000);
  expect(sent).toHaveLength(before);
});

test('no lease makes an agent sample faster than ten times a second', () => {
  const { live, sent } = stage();
  live.lease({ measurements: [], intervalMs: 1, durationMs: 1000 });
  vi.advanceTimersByTime(5000);
  expect(sent.length).toBeLessThanOrEqual(10);
});

test('a quicker wish does not wait for the slow one that is under way', () => {
  const { live, sent } = stage();
  live.lease({ measurements: ['cpu'], intervalMs: 10_000, durationMs: 60_000 });
  vi.advanceTimersByTime(500);
  expect(sent).toHaveLength(1);
  live.lease({ measurements: ['cpu'], intervalMs: 100, durationMs: 15_000 });
  vi.advanceTimersByTime(1000);
  expect(sent.length).toBeGreaterThanOrEqual(10);
});
