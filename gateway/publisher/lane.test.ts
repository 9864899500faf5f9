import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeEnvelope } from '../../proto/batch-codec.ts';
import { PublishError } from './durable-stream.ts';
import { Lane, type LaneOptions, MAX_MESSAGE_BYTES, sizeOf, type Upload } from './lane.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

interface Asked {
  seqs: number[];
  id: string;
  subject: string;
  take(duplicate?: boolean): void;
  fail(error: Error): void;
}

function staged(options: Partial<LaneOptions> = {}, maxBytes?: () => number) {
  const asked: Asked[] = [];
  const told: string[] = [];
  const released: number[] = [];
  let ids = 0;
  const lane = new Lane({
    ...{
      subject: 'muster.telemetry.3',
      maxInFlight: 2,
      paceMs: 0,
      nextMessageId: () => `id-${++ids}`,
      mayWait: () => true,
      onReleased: (bytes) => released.push(bytes),
    },
    stream: {
      ...(maxBytes === undefined ? {} : { maxBytes }),
      publish: (subject, payload, id) =>
        new Promise((resolve, reject) => {
          const seqs = decodeEnvelope(Buffer.from(payload)).map(({ seq }) => seq);
          asked.push({ seqs, id, subject, take: (duplicate = false) => resolve({ duplicate }), fail: reject });
        }),
    },
    events: {
      messagePublished: ({ batches, duplicate }) => void told.push(`published ${batches}${duplicate ? ' again' : ''}`),
      publishFailed: ({ reason, attempt, detail }) => void told.push(`failed ${reason} ${attempt} ${detail}`),
      publishRecovered: ({ attempts, afterMs }) => void told.push(`recovered ${attempts} ${afterMs}`),
      publishRefused: ({ nodeId, seq, detail }) => void told.push(`refused ${nodeId} ${seq} ${detail}`),
      publishWaits: ({ nodeId, seq, detail }) => void told.push(`waits ${nodeId} ${seq} ${detail}`),
      ownerFailed: ({ nodeId, seq, detail }) => void told.push(`owner ${nodeId} ${seq} ${detail}`),
    },
    ...options,
  });
  const answers: string[] = [];
  const upload = (seq: number, bytes = 100, given: Partial<Upload> = {}): Upload => ({
    delivery: { nodeId: 'n', receivedUs: 1, gateway: 'g', batch: Buffer.alloc(bytes), epoch: Buffer.alloc(16), seq, skewUs: 0 },
    onStored: () => void answers.push(`stored ${seq}`),
    onRefused: () => void answers.push(`refused ${seq}`),
    ...given,
  });
  const offer = (...args: Parameters<typeof upload>): void => lane.offer(upload(...args));
  const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  const seqs = (): number[][] => asked.map((one) => one.seqs);
  return { lane, asked, told, released, answers, upload, offer, pass, seqs };
}

function stagedWithLimit(bytes: number) {
  const limit = { bytes };
  return { ...staged({}, () => limit.bytes), limit };
}

test('what is offered in one turn goes in one message, and is told as stored once the stream has it', async () => {
  const { lane, asked, told, released, answers, upload, offer, pass } = staged();
  expect(lane.idle).toBe(true);
  offer(1);
  offer(2, 50);
  expect([lane.idle, asked.length]).toEqual([false, 0]);
  await pass();
  expect(asked).toMatchObject([{ seqs: [1, 2], id: 'id-1', subject: 'muster.telemetry.3' }]);
  expect([answers, lane.idle]).toEqual([[], false]);
  asked[0]?.take();
  await pass();
  expect([answers, told, lane.idle]).toEqual([['stored 1', 'stored 2'], ['published 2'], true]);
  expect(released).toEqual([sizeOf(upload(1)) + sizeOf(upload(2, 50))]);
});

test('so many messages are in flight, and what comes meanwhile shares the next', async () => {
  const { asked, offer, pass, seqs } = staged();
  for (const seq of [1, 2]) {
    offer(seq);
    await pass();
  }
  for (const seq of [3, 4, 5]) {
    offer(seq);
    await pass();
  }
  expect(seqs()).toEqual([[1], [2]]);
  asked[1]?.take();
  await pass();
  expect(seqs()).toEqual([[1], [2], [3, 4, 5]]);
});

test('a message holds as much as it may, a byte more goes in the next, and one that is larger goes alone', async () => {
  const { asked, offer, upload, pass, seqs } = staged({ maxInFlight: 9 });
  const overhead = sizeOf(upload(1, 0));
  const half = MAX_MESSAGE_BYTES / 2 - overhead;
  offer(1, half);
  offer(2, half);
  offer(3, half);
  offer(4, half + 1);
  offer(5, 1);
  offer(6, MAX_MESSAGE_BYTES + 1);
  offer(7, 1);
  await pass();
  expect(seqs()).toEqual([[1, 2], [3], [4, 5], [6], [7]]);
  expect(asked.map(({ id }) => id)).toEqual(['id-1', 'id-2', 'id-3', 'id-4', 'id-5']);
});

test('a message keeps its distance from the one before, unless much waits', async () => {
  const { asked, offer, upload, pass, seqs } = staged({ paceMs: 20, maxInFlight: 9 });
  offer(1);
  await pass();
  expect(seqs()).toEqual([[1]]);
  asked[0]?.take();
  offer(2);
  await pass(10);
  offer(3);
  await pass(9);
  expect(seqs()).toEqual([[1]]);
  await pass(1);
  expect(seqs()).toEqual([[1], [2, 3]]);
  const overhead = sizeOf(upload(1, 0));
  offer(4, 64 * 1024 - overhead - 1);
  await pass();
  expect(seqs()).toHaveLength(2);
  offer(5, 1);
  await pass();
  expect(seqs()).toEqual([[1], [2, 3], [4, 5]]);
  await pass(100);
  offer(6);
  await pass();
  expect(seqs()).toHaveLength(4);
});

test('a message that failed is sent again with its id, after ever longer pauses, and the lane is told', async () => {
  const { asked, told, answers, offer, pass } = staged();
  offer(1);
  await pass();
  for (const [i, ms] of [100, 200, 400, 800, 1600, 3200, 5000, 5000].entries()) {
    asked[i]?.fail(new PublishError('timeout', 'no answer'));
    await pass(ms - 1);
    expect(asked).toHaveLength(i + 1);
    await pass(1);
    expect(asked).toHaveLength(i + 2);
  }
  asked[8]?.take(true);
  await pass();
  expect(new Set(asked.map(({ id }) => id))).toEqual(new Set(['id-1']));
  expect(told.slice(0, 2)).toEqual(['failed timeout 1 no answer', 'failed timeout 2 no answer']);
  expect(told.slice(-2)).toEqual(['recovered 9 16300', 'published 1 again']);
  expect(answers).toEqual(['stored 1']);
});

test('what is no error of the publisher is a refusal that may pass', async () => {
  const { asked, told, offer, pass } = staged();
  offer(1);
  await pass();
  asked[0]?.fail(new Error('odd'));
  await pass(100);
  asked[1]?.take();
  await pass();
  expect(told).toEqual(['failed refused 1 odd', 'recovered 2 100', 'published 1']);
});

test('a wake ends the pauses', async () => {
  const { lane, asked, offer, pass } = staged();
  offer(1);
  await pass();
  asked[0]?.fail(new PublishError('disconnected', 'away'));
  await pass();
  lane.wake();
  await pass();
  expect(asked).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('of a message that is refused for good each batch is tried alone, and only what is refused alone is given back', async () => {
  const { lane, asked, told, answers, released, upload, offer, pass, seqs } = staged();
  const tooLarge = new PublishError('too_large', 'too large', undefined, true);
  for (const seq of [1, 2, 3]) offer(seq);
  await pass();
  asked[0]?.fail(tooLarge);
  await pass();
  asked[1]?.take();
  await pass();
  asked[2]?.fail(tooLarge);
  await pass();
  expect(lane.idle).toBe(false);
  asked[3]?.take();
  await pass();
  expect(seqs()).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(new Set(asked.map(({ id }) => id)).size).toBe(4);
  expect(answers).toEqual(['stored 1', 'refused 2', 'stored 3']);
  expect(told).toEqual(['published 1', 'refused n 2 too large', 'published 1']);
  expect([released, lane.idle]).toEqual([[3 * sizeOf(upload(1))], true]);
});

test('a batch above the limit of a moment waits beside the queue until the limit is back, and smaller ones pass it', async () => {
  const { lane, asked, told, answers, released, upload, offer, pass, seqs } = staged({ maxInFlight: 1 });
  offer(1, 5000);
  offer(2, 5000);
  await pass();
  asked[0]?.fail(new PublishError('too_large', 'too large'));
  await pass();
  asked[1]?.fail(new PublishError('too_large', 'too large'));
  await pass();
  asked[2]?.take();
  offer(3);
  await pass();
  asked[3]?.take();
  await pass();
  expect(seqs()).toEqual([[1, 2], [1], [2], [3]]);
  expect(answers).toEqual(['stored 2', 'stored 3']);
  expect(told).toEqual(['waits n 1 too large', 'published 1', 'published 1']);
  expect([released, lane.idle]).toEqual([[sizeOf(upload(2, 5000)), sizeOf(upload(3))], false]);
  await pass(5001);
  await pass();
  asked[4]?.take();
  await pass();
  expect([answers.at(-1), lane.idle, vi.getTimerCount()]).toEqual(['stored 1', true, 0]);
});

test('what waits is not tried while the known limit is below it, and at once when the way is free again', async () => {
  const { asked, answers, offer, pass, lane, limit } = stagedWithLimit(500);
  offer(1, 5000);
  await pass();
  asked[0]?.fail(new PublishError('too_large', 'too large'));
  await pass(60_000);
  lane.wake();
  await pass();
  expect(asked).toHaveLength(1);
  limit.bytes = 10_000;
  lane.wake();
  await pass();
  asked[1]?.take();
  await pass();
  expect([answers, lane.idle, vi.getTimerCount()]).toEqual([['stored 1'], true, 0]);
});

test('what nobody waits for any more does not wait for its limit, however often it is offered', async () => {
  const { lane, asked, answers, released, upload, pass } = stagedWithLimit(500);
  for (let stream = 0; stream < 11; stream++) {
    let open = true;
    lane.offer(upload(1, 5000, { wanted: () => open }));
    await pass();
    asked[stream]?.fail(new PublishError('too_large', 'too large'));
    await pass();
    expect(lane.waitingBytes).toBe(sizeOf(upload(1, 5000)));
    open = false;
  }
  await pass(5001);
  expect([lane.waitingBytes, lane.idle, released.length, answers]).toEqual([0, true, 11, []]);
});

test('what ends while it is on its way does not wait for its limit at all', async () => {
  const { lane, asked, answers, told, released, upload, pass } = stagedWithLimit(500);
  lane.offer(upload(1, 5000, { wanted: () => false }));
  await pass();
  asked[0]?.fail(new PublishError('too_large', 'too large'));
  await pass();
  expect([lane.idle, released, answers, told]).toEqual([true, [sizeOf(upload(1, 5000))], [], []]);
});

test('a stop gives up what waits for its limit', async () => {
  const { asked, answers, offer, pass, lane } = stagedWithLimit(500);
  offer(1, 5000);
  await pass();
  asked[0]?.fail(new PublishError('too_large', 'too large'));
  await pass();
  lane.stop();
  expect([lane.idle, vi.getTimerCount(), answers]).toEqual([true, 0, []]);
});

test('an owner that throws costs the others nothing', async () => {
  const { lane, asked, told, answers, upload, offer, pass } = staged();
  const throws = (): never => {
    throw new Error('its own');
  };
  lane.offer(upload(1, 9, { onStored: throws }));
  offer(2);
  lane.offer(upload(3, MAX_MESSAGE_BYTES, { onRefused: throws }));
  await pass();
  asked[0]?.take();
  asked[1]?.fail(new PublishError('too_large', 'too large', undefined, true));
  await pass();
  expect([answers, lane.idle]).toEqual([['stored 2'], true]);
  expect(told).toEqual(['published 2', 'owner n 1 its own', 'refused n 3 too large', 'owner n 3 its own']);
});

test('a stop gives up what waits, tells nobody that it is stored, and leaves no timer', async () => {
  const { lane, asked, answers, released, offer, pass } = staged({ paceMs: 50, maxInFlight: 1 });
  offer(1);
  await pass();
  asked[0]?.fail(new PublishError('timeout', 'no answer'));
  await pass();
  offer(2);
  lane.stop();
  await pass();
  expect([vi.getTimerCount(), lane.idle]).toEqual([0, true]);
  await pass(60_000);
  expect([asked.length, answers, released]).toEqual([1, [], []]);
});

test('an acknowledgement that comes after the stop counts still', async () => {
  const { lane, asked, answers, offer, pass } = staged();
  offer(1);
  await pass();
  lane.stop();
  asked[0]?.take();
  await pass();
  expect(answers).toEqual(['stored 1']);
});

test('the rest of a refused message is given up by a stop', async () => {
  const { lane, asked, answers, offer, pass } = staged();
  offer(1);
  offer(2);
  await pass();
  asked[0]?.fail(new PublishError('too_large', 'too large', undefined, true));
  await pass();
  lane.stop();
  asked[1]?.fail(new PublishError('timeout', 'no answer'));
  await pass();
  expect([asked.length, answers, lane.idle]).toEqual([2, [], true]);
});
