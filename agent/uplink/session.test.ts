import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GATEWAY_MESSAGE_FIELDS } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { AgentStream } from './channel.ts';
import { type SessionEnd, UplinkSession } from './session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const WELCOME = { nodeId: 'n', gateway: 'g', timeUs: 0, expectedSeq: 1, maxBatchBytes: 524_288, window: 32 };

/** A welcomed session on a stream that takes the hello and says after that whether it takes more. */
function stage(takes: () => boolean, intervalMs = 1000) {
  const ends: SessionEnd[] = [];
  const written: Buffer[] = [];
  const stream = Object.assign(new EventEmitter(), {
    write: (bytes: Buffer) => written.push(bytes) === 1 || takes(),
    cancel: () => undefined,
    end: () => undefined,
  });
  const session = new UplinkSession({
    stream: stream as unknown as AgentStream,
    spool: new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test'),
    hello: { node: null, intervalMs },
    summary: () => undefined,
    nowUs: () => 0,
    onWelcome: () => undefined,
    onProgress: () => undefined,
    onRefused: () => undefined,
    onLease: () => undefined,
    onEnd: (end) => ends.push(end),
  });
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { welcome: WELCOME }));
  return { session, stream, ends, written };
}

test.each([
  { intervalMs: 100, everyMs: 4000 },
  { intervalMs: 1000, everyMs: 4000 },
  { intervalMs: 10_000, everyMs: 11_000 },
  { intervalMs: 3_600_000, everyMs: 15_000 },
])('a node that samples every $intervalMs ms sends a heartbeat every $everyMs ms', ({ intervalMs, everyMs }) => {
  const { written, session } = stage(() => true, intervalMs);
  // The hello, and a heartbeat with the welcome.
  expect(written).toHaveLength(2);
  vi.advanceTimersByTime(everyMs - 1);
  expect(written).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(written).toHaveLength(3);
  vi.advanceTimersByTime(3 * everyMs);
  expect(written).toHaveLength(6);
  session.end({ kind: 'lost', words: 'the test is over' });
});

test('a stream that the gateway does not read is given up after an hour, so that nothing is sent with the time of another day', () => {
  const { ends, written } = stage(() => false);
  vi.advanceTimersByTime(59 * 60_000);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(2 * 60_000);
  expect(ends).toEqual([{ kind: 'lost', words: 'the gateway has read nothing for an hour' }]);
  expect(written.length).toBe(2);
});

test('a stream that is blocked now and then is kept', () => {
  const { ends, stream, session } = stage(() => false);
  for (let hour = 0; hour < 24; hour++) {
    vi.advanceTimersByTime(50 * 60_000);
    stream.emit('drain');
  }
  expect(ends).toEqual([]);
  session.end({ kind: 'lost', words: 'the test is over' });
});

test('a stream that is finished is ended in order, once, and given up where the gateway does not end its side', () => {
  const renewed = { kind: 'renew', words: 'the hello has changed', withinMs: 0 } as const;
  const first = stage(() => true);
  first.session.finish(renewed);
  first.session.finish(renewed);
  expect(first.ends).toEqual([]);
  expect(first.session.welcomed).toBe(false);
  first.stream.emit('end');
  expect(first.ends).toEqual([renewed]);
  const second = stage(() => true);
  second.session.finish(renewed);
  vi.advanceTimersByTime(3000);
  expect(second.ends).toEqual([renewed]);
});
