import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AGENT_MESSAGE_FIELDS, type AgentMessage, GATEWAY_MESSAGE_FIELDS } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import type { AgentStream } from './channel.ts';
import { type SessionEnd, UplinkSession } from './session.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WELCOME = { nodeId: 'n', gateway: 'g', timeUs: 0, expectedSeq: 1, maxBatchBytes: 524_288, window: 32 };

const emptySpool = (): MemorySpool => new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test');

/** A welcomed session on a stream that takes the hello and says after that whether it takes more. */
function stage(
  takes: () => boolean,
  intervalMs = 1000,
  { spool = emptySpool(), welcome = WELCOME }: { spool?: Spool; welcome?: typeof WELCOME } = {},
) {
  const ends: SessionEnd[] = [];
  const written: Buffer[] = [];
  const refused: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    write: (bytes: Buffer) => written.push(bytes) === 1 || takes(),
    cancel: () => undefined,
    end: () => undefined,
  });
  const session = new UplinkSession({
    stream: stream as unknown as AgentStream,
    spool,
    hello: { node: null, intervalMs },
    summary: () => undefined,
    nowUs: () => 0,
    onWelcome: () => undefined,
    onProgress: () => undefined,
    onRefused: ({ seq, code, reason }) => refused.push(`${seq} ${code}: ${reason}`),
    onLease: () => undefined,
    onEnd: (end) => ends.push(end),
  });
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { welcome }));
  return { session, stream, ends, written, refused };
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

test('a batch that the gateway would not take is set aside unsent, and holds up none behind it', () => {
  const spool = emptySpool();
  const event = { timeUs: 1, kind: 'boot', severity: 'info' as const, attributes: {} };
  for (const letters of [10, 300_000, 10, 300_000]) {
    const events = [1, 2].map((timeUs) => ({ ...event, timeUs, text: 'x'.repeat(letters) }));
    // As a program of before made them, which did not cut events.
    spool.append({ createdUs: 1, frames: [], events: letters < 100 ? events : events.slice(1) });
  }
  const { written, stream, refused, session, ends } = stage(() => true, 1000, { spool, welcome: { ...WELCOME, maxBatchBytes: 200_000 } });
  const { epoch } = spool.status();
  for (const seq of [1, 3]) stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { ack: { epoch, seq } }));
  const sent = written.flatMap((bytes) => {
    const { hello, batch } = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, bytes);
    return hello ? [`hello ${hello.oldestSeq}`] : batch ? [`batch ${batch.seq}`] : [];
  });
  expect(sent).toEqual(['hello 1', 'batch 1', 'hello 3', 'batch 3', 'hello 5']);
  expect(refused).toEqual([
    '2 batch_too_large: it has 300044 bytes, the gateway takes 200000',
    '4 batch_too_large: it has 300044 bytes, the gateway takes 200000',
  ]);
  expect([spool.status().batches, ends]).toEqual([0, []]);
  session.end({ kind: 'lost', words: 'the test is over' });
});
