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

const EVENT = { timeUs: 1, kind: 'boot', severity: 'info' as const, text: 'x', attributes: {} };

function spoolOf(batches: number): MemorySpool {
  const spool = emptySpool();
  for (let i = 0; i < batches; i++) spool.append({ createdUs: 1, frames: [], events: [EVENT] });
  return spool;
}

const said = (written: readonly Buffer[]): string[] =>
  written.flatMap((bytes) => {
    const { hello, batch } = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, bytes);
    return hello ? [`hello ${hello.oldestSeq}`] : batch ? [`batch ${batch.seq}`] : [];
  });

test('so many batches are sent as the window takes, one at least, and others when one is acknowledged', () => {
  for (const [window, first] of [
    [2, 2],
    [0, 1],
  ] as const) {
    const spool = spoolOf(4);
    const { written, stream, session } = stage(() => true, 1000, { spool, welcome: { ...WELCOME, window } });
    expect(said(written)).toEqual(['hello 1', 'batch 1', 'batch 2'].slice(0, 1 + first));
    stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { ack: { epoch: spool.status().epoch, seq: 1 } }));
    expect(said(written)).toHaveLength(2 + first);
    session.end({ kind: 'lost', words: 'the test is over' });
  }
});

test('without a welcome nothing but the hello is sent, and after fifteen seconds the stream is given up', () => {
  const spool = spoolOf(1);
  const ends: SessionEnd[] = [];
  const written: Buffer[] = [];
  const stream = Object.assign(new EventEmitter(), {
    write: (bytes: Buffer) => written.push(bytes) > 0,
    cancel: () => undefined,
    end: () => undefined,
  });
  const session = new UplinkSession({
    ...{
      stream: stream as unknown as AgentStream,
      spool,
      hello: { node: null, intervalMs: 1000 },
      summary: () => undefined,
      nowUs: () => 7,
    },
    ...{ onWelcome: () => undefined, onProgress: () => undefined, onRefused: () => undefined, onLease: () => undefined },
    onEnd: (end) => ends.push(end),
  });
  session.pump();
  session.heartbeat();
  expect([said(written), session.welcomed, session.sendPassing(Buffer.alloc(1))]).toEqual([['hello 1'], false, false]);
  vi.advanceTimersByTime(14_999);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ends).toEqual([{ kind: 'lost', words: 'no welcome within 15 s' }]);
});

test('a stream that takes no more gets no more batches until it has drained', () => {
  let takes = true;
  const spool = spoolOf(1);
  const { written, stream, session } = stage(() => takes, 1000, { spool });
  takes = false;
  spool.append({ createdUs: 1, frames: [], events: [EVENT] });
  spool.append({ createdUs: 1, frames: [], events: [EVENT] });
  session.pump();
  expect(said(written)).toEqual(['hello 1', 'batch 1', 'batch 2']);
  session.pump();
  expect([said(written).length, session.sendPassing(Buffer.alloc(1))]).toEqual([3, false]);
  takes = true;
  stream.emit('drain');
  expect(said(written)).toEqual(['hello 1', 'batch 1', 'batch 2', 'batch 3']);
  expect(session.sendPassing(Buffer.alloc(1))).toBe(true);
  session.end({ kind: 'lost', words: 'the test is over' });
});

test.each([
  [{ ack: { seq: 9 } }, { kind: 'lost', words: 'the gateway acknowledged batch 9, which was not sent' }],
  [
    { refuse: { seq: 1, code: 'sequence_gap', reason: 'why', permanent: false, expectedSeq: 1 } },
    { kind: 'gap', words: 'batch 1 was refused (sequence_gap): why' },
  ],
  [{ drain: { withinMs: 500 } }, { kind: 'drain', words: 'the gateway is going away', withinMs: 500 }],
])('ends with what the gateway says (case %#), and leaves in the spool what is not acknowledged', (message, end) => {
  const spool = spoolOf(2);
  const { stream, ends } = stage(() => true, 1000, { spool });
  const { epoch } = spool.status();
  const [[kind, what] = []] = Object.entries(message);
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { [kind as string]: { epoch, ...what } }));
  expect([ends, spool.status().batches]).toEqual([[end], 2]);
  stream.emit('end');
  expect(ends).toHaveLength(1);
});

test('a batch that is refused for good is set aside, and those behind it go on', () => {
  const spool = spoolOf(3);
  const { written, stream, refused, ends, session } = stage(() => true, 1000, { spool, welcome: { ...WELCOME, window: 2 } });
  const { epoch } = spool.status();
  const refuse = { epoch, seq: 1, code: 'batch_too_large', reason: 'why', permanent: true, expectedSeq: 2 };
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { refuse }));
  expect([said(written).slice(1), refused, ends]).toEqual([['batch 1', 'batch 2', 'batch 3'], ['1 batch_too_large: why'], []]);
  expect(session.unsettled).toEqual([{ epoch: Buffer.from(epoch).toString('hex'), seq: 2 }]);
  expect(spool.read(1, 9).map(({ seq }) => seq)).toEqual([2, 3]);
  session.end({ kind: 'lost', words: 'the test is over' });
});

test('where the spool dropped what is under way, a new stream is wanted', () => {
  const spool = spoolOf(3);
  const { ends, session } = stage(() => true, 1000, { spool });
  spool.ackUpTo(2);
  session.pump();
  expect(ends).toEqual([{ kind: 'gap', words: 'the spool dropped batches that were sent and not acknowledged' }]);
});

test('a message that is none ends the stream, and nothing after it counts', () => {
  const spool = spoolOf(1);
  const { stream, ends } = stage(() => true, 1000, { spool });
  stream.emit('data', Buffer.from([0xff]));
  expect(ends).toMatchObject([{ kind: 'lost', words: expect.stringContaining('a message of the gateway is not acceptable: ') }]);
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { ack: { epoch: spool.status().epoch, seq: 1 } }));
  expect(spool.status().batches).toBe(1);
});

test('a stream that broke says why, with its status', () => {
  const first = stage(() => true);
  first.stream.emit('error', Object.assign(new Error('m'), { code: 14, details: 'connection refused' }));
  expect(first.ends).toMatchObject([{ kind: 'lost', status: 14 }]);
  const second = stage(() => true);
  second.stream.emit('error', new Error('odd'));
  expect(second.ends).toEqual([{ kind: 'lost', words: expect.stringContaining('odd') }]);
  const third = stage(() => true);
  third.stream.emit('end');
  expect(third.ends).toEqual([{ kind: 'lost', words: 'the gateway ended the stream' }]);
});

test('an agent that carries out no commands says so', () => {
  const { stream, written, session } = stage(() => true);
  stream.emit('data', encodeMessage(GATEWAY_MESSAGE_FIELDS, { command: { id: 'c', name: 'x' } as never }));
  const { commandOutput } = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, written.at(-1) as Buffer);
  expect(commandOutput).toMatchObject({ id: 'c', result: { status: 'refused', problem: 'this agent carries out no commands' } });
  session.end({ kind: 'lost', words: 'the test is over' });
});
