import fc from 'fast-check';
import { NatsError } from 'nats';
import { describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES, NEEDED_PAYLOAD_BYTES } from '../../core/common/batch-size.ts';
import type { MusterError } from '../../core/common/muster-error.ts';
import { decodeEnvelope, encodeEnvelope } from '../../proto/batch-codec.ts';
import { type DurableStream, PublishError, type PublishFailure, toPublishError } from './durable-stream.ts';
import { MAX_MESSAGE_BYTES } from './lane.ts';
import { Publisher } from './publisher.ts';

/** What happens to one publish: taken; taken and the acknowledgement lost; not taken. */
type Fate = 'stored' | 'ack_lost' | PublishFailure;

/** JetStream as far as the publisher sees it: stores an id once, and fails as told. */
function createStagedStream(fates: Fate[] = [], maxPayload = Number.POSITIVE_INFINITY, maxBytes?: () => number) {
  const stored: { subject: string; payload: Buffer; id: string }[] = [];
  const ids = new Set<string>();
  /** `node:seq` of every batch in it, as often as it is in it. */
  const batches: string[] = [];
  let inFlight = 0;
  const seen = { maxInFlight: 0, attempts: 0 };
  const stream: DurableStream = {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    async publish(subject, payload, id) {
      const fate = fates.shift() ?? 'stored';
      seen.attempts += 1;
      inFlight += 1;
      seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      if (payload.length > Math.min(maxPayload, maxBytes?.() ?? maxPayload))
        throw new PublishError('too_large', `${payload.length} bytes`, undefined, true);
      if (fate !== 'stored' && fate !== 'ack_lost') throw new PublishError(fate, fate, undefined, fate === 'too_large');
      const duplicate = ids.has(id);
      if (!duplicate) {
        stored.push({ subject, payload: Buffer.from(payload), id });
        batches.push(...decodeEnvelope(Buffer.from(payload)).map((found) => `${found.nodeId}:${found.seq}`));
      }
      ids.add(id);
      if (fate === 'ack_lost') throw new PublishError('timeout', 'no answer');
      return { duplicate };
    },
  };
  return { stream, stored, batches, seen };
}

const QUIET = {
  messagePublished: () => undefined,
  publishFailed: () => undefined,
  publishRecovered: () => undefined,
  publishRefused: () => undefined,
  publishWaits: () => undefined,
  ownerFailed: () => undefined,
  queueChanged: () => undefined,
  pressureChanged: () => undefined,
};

function delivery(nodeId: string, seq: number, bytes = 100) {
  return { nodeId, receivedUs: 1, gateway: 'g', batch: Buffer.alloc(bytes, seq), epoch: Buffer.alloc(16), seq, skewUs: 0 };
}

function never(): never {
  throw new Error('nothing is refused here');
}

async function turns(condition: () => boolean, publisher?: Publisher): Promise<void> {
  for (let i = 0; i < 10_000 && !condition(); i++) {
    publisher?.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(condition()).toBe(true);
}

describe('the publisher', () => {
  it('sends at once what comes alone, and together what comes within its pace, unless that is much', async () => {
    const staged = createStagedStream();
    const publisher = new Publisher({ stream: staged.stream, partitions: 1, paceMs: 60_000, events: QUIET });
    await publisher.start();
    const offer = (seq: number, bytes?: number): void =>
      publisher.offer({ delivery: delivery('n', seq, bytes), onStored: () => undefined, onRefused: never });
    offer(1);
    await turns(() => staged.stored.length === 1);
    for (let seq = 2; seq <= 9; seq++) offer(seq);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(staged.stored).toHaveLength(1);
    offer(10, 100_000);
    await turns(() => staged.stored.length === 2);
    expect(staged.batches).toHaveLength(10);
    await publisher.stop();
  });

  it('never says stored before the stream has it, and brings everything there once, whatever fails', async () => {
    const fate = fc.constantFrom<Fate>('stored', 'ack_lost', 'timeout', 'stream_full', 'disconnected', 'stream_missing');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (fates, maxInFlight) => {
        const staged = createStagedStream([...fates]);
        const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 2, maxInFlight, events: QUIET });
        await publisher.start();
        let done = 0;
        for (let seq = 1; seq <= 50; seq++) {
          const nodeId = `node-${seq % 5}`;
          publisher.offer({
            delivery: delivery(nodeId, seq, 20_000),
            onStored: () => {
              done += 1;
              expect(staged.batches.includes(`${nodeId}:${seq}`)).toBe(true);
            },
            onRefused: never,
          });
          if (seq % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await turns(() => done === 50, publisher);
        expect(staged.batches).toHaveLength(50);
        expect(new Set(staged.batches).size).toBe(50);
        expect(publisher.queuedBytes).toBe(0);
        expect(staged.seen.maxInFlight).toBeLessThanOrEqual(maxInFlight * 2);
        await publisher.stop();
      }),
      { numRuns: 30 },
    );
  });

  it('cuts by the limit that holds now, also what was cut by an earlier one, and gives back what can pass no more', async () => {
    let limit = 1_000_000;
    const staged = createStagedStream(['disconnected'], undefined, () => limit);
    const publisher = new Publisher({ stream: staged.stream, partitions: 1, maxInFlight: 1, paceMs: 0, events: QUIET });
    await publisher.start();
    const ends: string[] = [];
    const offer = (seq: number, bytes: number): void =>
      publisher.offer({
        delivery: delivery('n', seq, bytes),
        onStored: () => ends.push(`${seq} stored`),
        onRefused: ({ code }) => ends.push(`${seq} ${code}`),
      });
    for (let seq = 1; seq <= 9; seq++) offer(seq, seq === 5 ? 70_000 : 10_000);
    await turns(() => staged.seen.attempts === 1);
    // The connection was lost, and comes back with a smaller limit.
    limit = 32_000;
    await turns(() => ends.length === 9, publisher);
    for (let seq = 10; seq <= 15; seq++) offer(seq, 10_000);
    await turns(() => ends.length === 15, publisher);
    expect(ends).toContain('5 limit_exceeded');
    expect(ends.filter((end) => end.endsWith('stored'))).toHaveLength(14);
    expect(staged.stored.map(({ payload }) => decodeEnvelope(payload).map(({ seq }) => seq))).toEqual([
      ...[[1, 2, 3], [4], [6, 7, 8], [9]],
      ...[
        [10, 11, 12],
        [13, 14, 15],
      ],
    ]);
    expect(publisher.queuedBytes).toBe(0);
    await publisher.stop();
  });

  it('puts what arrives together into one message, and a large one alone', async () => {
    const staged = createStagedStream();
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, maxInFlight: 1, events: QUIET });
    await publisher.start();
    let done = 0;
    const offer = (seq: number, bytes: number): void =>
      publisher.offer({ delivery: delivery('n', seq, bytes), onStored: () => done++, onRefused: never });
    for (let seq = 1; seq <= 20; seq++) offer(seq, 1000);
    offer(21, 512 * 1024);
    for (let seq = 22; seq <= 40; seq++) offer(seq, 64 * 1024);
    await turns(() => done === 40);
    const messages = staged.stored.map(({ payload }) => decodeEnvelope(payload).map((found) => found.seq));
    expect(messages.flat()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(messages.map((seqs) => seqs.length)).toEqual([20, 1, 7, 7, 5]);
    for (const { payload } of staged.stored) expect(payload.length).toBeLessThan(MAX_MESSAGE_BYTES + 1024);
    await publisher.stop();
  });

  it('turns pressure on above its bound, and off when half of it is stored', async () => {
    const staged = createStagedStream(Array.from({ length: 3 }, () => 'stream_full' as const));
    const changes: boolean[] = [];
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, maxQueuedBytes: 100_000, events: QUIET });
    await publisher.start();
    publisher.onPressure((on) => changes.push(on));
    let done = 0;
    for (let seq = 1; seq <= 12; seq++) publisher.offer({ delivery: delivery('n', seq, 10_000), onStored: () => done++, onRefused: never });
    expect(publisher.pressure).toBe(true);
    await turns(() => done === 12, publisher);
    expect(publisher.pressure).toBe(false);
    expect(changes).toEqual([true, false]);
    await publisher.stop();
  });

  it('lets so much wait for a larger limit that small batches always pass, and gives back for now what comes above that', async () => {
    let limit = 2000;
    const stream: DurableStream = {
      maxBytes: () => limit,
      publish: async (_, payload) => {
        if (payload.length > limit) throw new PublishError('too_large', 'too large');
        return { duplicate: false };
      },
    };
    const publisher = new Publisher({ paceMs: 0, stream, partitions: 2, maxQueuedBytes: 100_000, events: QUIET });
    await publisher.start();
    const ends: string[] = [];
    const offer = (seq: number, bytes: number): void =>
      publisher.offer({
        delivery: delivery(`node-${seq}`, seq, bytes),
        onStored: () => ends.push('stored'),
        onRefused: ({ code, retryable }) => ends.push(`${code} ${retryable}`),
      });
    for (let seq = 1; seq <= 10; seq++) offer(seq, 5000);
    await turns(() => ends.length === 6);
    expect(ends).toEqual(Array(6).fill('unavailable true'));
    expect([publisher.pressure, publisher.queuedBytes < 25_000]).toEqual([false, true]);
    for (let seq = 11; seq <= 20; seq++) offer(seq, 100);
    await turns(() => ends.length === 16);
    expect(ends.slice(6)).toEqual(Array(10).fill('stored'));
    limit = 10_000;
    await turns(() => ends.length === 20, publisher);
    expect([ends.slice(16), publisher.queuedBytes]).toEqual([Array(4).fill('stored'), 0]);
    await publisher.stop();
  });

  it('gives up at stop what is not stored, without a word of it being stored', async () => {
    const staged = createStagedStream(Array.from({ length: 1000 }, () => 'disconnected' as const));
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, stopWaitMs: 20, events: QUIET });
    await publisher.start();
    let done = 0;
    publisher.offer({ delivery: delivery('n', 1), onStored: () => done++, onRefused: never });
    await publisher.stop();
    await publisher.stop();
    publisher.offer({ delivery: delivery('n', 2), onStored: () => done++, onRefused: never });
    expect(done).toBe(0);
    expect(staged.stored).toHaveLength(0);
  });

  it('gives back what no message can hold, at once and without an attempt', async () => {
    const staged = createStagedStream();
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, events: QUIET });
    await publisher.start();
    const refused: string[] = [];
    const onRefused = (error: MusterError): void => void refused.push(`${error.code}: ${error.message}`);
    publisher.offer({ delivery: delivery('n', 1, MAX_BATCH_BYTES + 1), onStored: never, onRefused });
    expect(refused).toEqual(['limit_exceeded: the batch has 524289 bytes, at most 524288 are taken']);
    expect([publisher.queuedBytes, staged.seen.attempts]).toEqual([0, 0]);
    await publisher.stop();
  });

  it('gives back each batch that the stream takes in no message, keeps its places, and brings all others there once', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(fc.constantFrom<Fate>('stored', 'ack_lost', 'stream_full'), { maxLength: 10 }),
        async (all, fates) => {
          const staged = createStagedStream([...fates], 2000);
          const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, events: QUIET });
          await publisher.start();
          const stored: number[] = [];
          const refused: number[] = [];
          for (const [seq, bytes] of all.entries())
            publisher.offer({
              delivery: delivery('n', seq, bytes),
              // An owner that throws harms nobody but itself.
              onStored: () => {
                stored.push(seq);
                if (seq % 5 === 0) throw new Error('the owner is broken');
              },
              onRefused: (error) => {
                expect(error.retryable).toBe(false);
                refused.push(seq);
                if (seq % 5 === 1) throw new Error('the owner is broken');
              },
            });
          await turns(() => stored.length + refused.length === all.length, publisher);
          await turns(() => publisher.queuedBytes === 0);
          const fits = all.flatMap((bytes, seq) => (encodeEnvelope([delivery('n', seq, bytes)]).length <= 2000 ? [seq] : []));
          expect(stored.toSorted((a, b) => a - b)).toEqual(fits);
          expect(new Set(refused).size).toBe(all.length - fits.length);
          expect(staged.batches.toSorted()).toEqual(fits.map((seq) => `n:${seq}`).toSorted());
          await publisher.stop();
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives back a batch that cannot be put into a message, and keeps its place', async () => {
    const staged = createStagedStream();
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, maxInFlight: 1, events: QUIET });
    await publisher.start();
    let done = 0;
    let refused = 0;
    publisher.offer({
      delivery: { ...delivery('n', 1), gateway: undefined as unknown as string },
      onStored: never,
      onRefused: () => refused++,
    });
    publisher.offer({ delivery: delivery('n', 2), onStored: () => done++, onRefused: never });
    await turns(() => done + refused === 2);
    expect([done, refused, staged.batches]).toEqual([1, 1, ['n:2']]);
    await publisher.stop();
  });
});

describe('what nats-server says of a publish', () => {
  const api = (err_code: number): NatsError =>
    Object.assign(new NatsError('words', '400'), { api_error: { code: 400, err_code, description: '' } });

  it('is permanent where the message itself is too large, and passes else', () => {
    const errors: [unknown, PublishFailure][] = [
      [NatsError.errorForCode('MAX_PAYLOAD_EXCEEDED'), 'too_large'],
      [api(10_054), 'too_large'],
      ...[10_077, 10_047, 10_023, 10_002, 10_028].map((code): [unknown, PublishFailure] => [api(code), 'stream_full']),
      [NatsError.errorForCode('TIMEOUT'), 'timeout'],
      [NatsError.errorForCode('503'), 'stream_missing'],
      // The stream is sealed, its server shuts down or has no leader, the account may not, the answer is none: nothing of this is the message's fault.
      ...[10_109, 10_008, 10_009, 10_035, 10_076, 12_345].map((code): [unknown, PublishFailure] => [api(code), 'refused']),
      ...[
        'CONNECTION_CLOSED',
        'CONNECTION_DRAINING',
        'DISCONNECT',
        'PERMISSIONS_VIOLATION',
        'AUTHORIZATION_VIOLATION',
        'CONNECTION_REFUSED',
      ].map((code): [unknown, PublishFailure] => [NatsError.errorForCode(code), 'refused']),
      [new SyntaxError('Unexpected token'), 'refused'],
      [undefined, 'refused'],
    ];
    for (const [error, reason] of errors) {
      const found = toPublishError(error, 2 * NEEDED_PAYLOAD_BYTES);
      expect([found.reason, found.permanent], String(error)).toEqual([reason, reason === 'too_large']);
    }
  });
});
