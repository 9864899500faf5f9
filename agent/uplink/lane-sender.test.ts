import { expect, test } from 'vitest';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { SpooledBatch } from '../spool/spool.ts';
import { LaneSender } from './lane-sender.ts';

const EVENT = { timeUs: 1, kind: 'boot', severity: 'info' as const, text: 'x', attributes: {} };

/** A spool of so many batches, numbered from 1, and what sends them. */
function staged(batches: number) {
  const spool = new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test');
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) spool.append({ createdUs: 1, frames: [], events: [EVENT] });
  };
  add(batches);
  const sender = new LaneSender(spool);
  const send = (count: number): number[] =>
    Array.from({ length: count }, () => {
      const batch = sender.peek() as SpooledBatch;
      sender.sent(batch);
      return batch.seq;
    });
  return { spool, sender, add, send, held: () => spool.read(1, 99).map(({ seq }) => seq) };
}

test('batches go in order, each once, until there are no more', () => {
  const { sender, send, add } = staged(2);
  expect([sender.inFlight, sender.oldestInFlight]).toEqual([0, undefined]);
  expect([send(2), sender.peek(), sender.inFlight, sender.oldestInFlight]).toEqual([[1, 2], 'nothing', 2, 1]);
  add(1);
  const next = sender.peek();
  expect(sender.peek()).toBe(next);
  expect(send(1)).toEqual([3]);
  add(40);
  expect(send(40)).toEqual(Array.from({ length: 40 }, (_, i) => i + 4));
});

test('an acknowledgement settles all up to its number, and what was never sent is not taken', () => {
  const { sender, send, held } = staged(5);
  send(4);
  expect(sender.acknowledge(2)).toBe(true);
  expect([sender.inFlight, sender.oldestInFlight, held()]).toEqual([2, 3, [3, 4, 5]]);
  expect(sender.acknowledge(5)).toBe(false);
  expect(held()).toEqual([3, 4, 5]);
  expect(sender.acknowledge(1)).toBe(true);
  expect(sender.inFlight).toBe(2);
  expect(sender.acknowledge(4)).toBe(true);
  expect([sender.inFlight, sender.oldestInFlight, held()]).toEqual([0, undefined, [5]]);
});

test('a batch refused for good is out of the way, in whichever order it is told', () => {
  const { sender, send, held } = staged(5);
  send(4);
  expect(sender.refuse(2, 'too large')).toBe(true);
  expect([sender.inFlight, sender.oldestInFlight, held()]).toEqual([3, 1, [1, 3, 4, 5]]);
  sender.acknowledge(1);
  expect([sender.inFlight, sender.oldestInFlight]).toEqual([2, 3]);
  expect(sender.refuse(3, 'too large')).toBe(true);
  expect([sender.inFlight, sender.oldestInFlight]).toEqual([1, 4]);
  expect(sender.refuse(3, 'again')).toBe(false);
  expect(sender.refuse(5, 'never sent')).toBe(false);
  expect(held()).toEqual([4, 5]);
});

test('where the spool dropped what was sent, that is told, and what was settled before is not', () => {
  const { spool, sender, send } = staged(4);
  expect(sender.lostInFlight).toBe(false);
  send(2);
  sender.acknowledge(1);
  expect(sender.lostInFlight).toBe(false);
  spool.ackUpTo(2);
  expect(sender.lostInFlight).toBe(true);
  sender.acknowledge(2);
  expect(sender.lostInFlight).toBe(false);
});

test('a hole is told, and led across to the batch behind it', () => {
  const { spool, sender, send } = staged(4);
  spool.setAside(2, 'refused');
  spool.setAside(3, 'refused');
  send(1);
  sender.acknowledge(1);
  expect(sender.peek()).toBe('hole');
  expect(sender.skipHole()).toEqual({ oldestSeq: 4, nextSeq: 5 });
  expect([sender.inFlight, send(1), sender.inFlight]).toEqual([0, [4], 1]);
});

test('a hole at the end leads to the number after it', () => {
  const { spool, sender, send, add } = staged(2);
  spool.setAside(2, 'refused');
  send(1);
  sender.acknowledge(1);
  expect(sender.peek()).toBe('hole');
  expect(sender.skipHole()).toEqual({ oldestSeq: 3, nextSeq: 3 });
  expect(sender.peek()).toBe('nothing');
  add(1);
  expect(send(1)).toEqual([3]);
});

test('a batch that is given up unsent leaves a hole', () => {
  const { sender, held } = staged(2);
  sender.giveUp(sender.peek() as SpooledBatch, 'too large');
  expect([held(), sender.peek(), sender.inFlight]).toEqual([[2], 'hole', 0]);
  expect(sender.skipHole()).toEqual({ oldestSeq: 2, nextSeq: 3 });
});

test('batches that the spool dropped since they were read are passed over', () => {
  const { spool, sender } = staged(6);
  expect((sender.peek() as SpooledBatch).seq).toBe(1);
  spool.ackUpTo(3);
  expect(sender.skipHole()).toEqual({ oldestSeq: 4, nextSeq: 7 });
  expect((sender.peek() as SpooledBatch).seq).toBe(4);
});

test('it knows its epoch', () => {
  const { spool, sender } = staged(1);
  expect([sender.isOf(Buffer.from(spool.status().epoch)), sender.isOf(Buffer.alloc(16))]).toEqual([true, false]);
});
