import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../proto/batch-codec.ts';
import { type DurableStream, PublishError, type PublishFailure } from './durable-stream.ts';
import { MAX_MESSAGE_BYTES } from './lane.ts';
import { Publisher } from './publisher.ts';

/** What happens to one publish: taken; taken and the acknowledgement lost; not taken. */
type Fate = 'stored' | 'ack_lost' | PublishFailure;

/** JetStream as far as the publisher sees it: stores an id once, and fails as told. */
function createStagedStream(fates: Fate[] = []) {
  const stored: { subject: string; payload: Buffer; id: string }[] = [];
  const ids = new Set<string>();
  /** `node:seq` of every batch in it, as often as it is in it. */
  const batches: string[] = [];
  let inFlight = 0;
  const seen = { maxInFlight: 0, attempts: 0 };
  const stream: DurableStream = {
    async publish(subject, payload, id) {
      const fate = fates.shift() ?? 'stored';
      seen.attempts += 1;
      inFlight += 1;
      seen.maxInFlight = Math.max(seen.maxInFlight, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      if (fate !== 'stored' && fate !== 'ack_lost') throw new PublishError(fate, fate);
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
  queueChanged: () => undefined,
  pressureChanged: () => undefined,
};

function delivery(nodeId: string, seq: number, bytes = 100) {
  return { nodeId, receivedUs: 1, gateway: 'g', batch: Buffer.alloc(bytes, seq), epoch: Buffer.alloc(16), seq, skewUs: 0 };
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
      publisher.offer({ delivery: delivery('n', seq, bytes), onStored: () => undefined });
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

  it('puts what arrives together into one message, and a large one alone', async () => {
    const staged = createStagedStream();
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, maxInFlight: 1, events: QUIET });
    await publisher.start();
    let done = 0;
    const offer = (seq: number, bytes: number): void => publisher.offer({ delivery: delivery('n', seq, bytes), onStored: () => done++ });
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
    for (let seq = 1; seq <= 12; seq++) publisher.offer({ delivery: delivery('n', seq, 10_000), onStored: () => done++ });
    expect(publisher.pressure).toBe(true);
    await turns(() => done === 12, publisher);
    expect(publisher.pressure).toBe(false);
    expect(changes).toEqual([true, false]);
    await publisher.stop();
  });

  it('gives up at stop what is not stored, without a word of it being stored', async () => {
    const staged = createStagedStream(Array.from({ length: 1000 }, () => 'disconnected' as const));
    const publisher = new Publisher({ paceMs: 0, stream: staged.stream, partitions: 1, stopWaitMs: 20, events: QUIET });
    await publisher.start();
    let done = 0;
    publisher.offer({ delivery: delivery('n', 1), onStored: () => done++ });
    await publisher.stop();
    await publisher.stop();
    publisher.offer({ delivery: delivery('n', 2), onStored: () => done++ });
    expect(done).toBe(0);
    expect(staged.stored).toHaveLength(0);
  });
});
