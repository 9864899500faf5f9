import { expect, it } from 'vitest';
import type { Hello } from '../../proto/gen/messages.ts';
import { EpochLanes } from './epoch-lanes.ts';

const hello = (epoch: number, oldestSeq: number): Hello => ({
  epoch: Buffer.alloc(16, epoch),
  oldestSeq,
  nextSeq: oldestSeq,
  sentUs: 0,
  node: null,
  intervalMs: 1000,
});

it('numbers each epoch apart', () => {
  const lanes = new EpochLanes();
  const present = lanes.begin(hello(1, 1));
  const backlog = lanes.begin(hello(2, 700));
  present.sequence.take();
  backlog.sequence.take();
  backlog.sequence.take();
  expect([present.sequence.expected, backlog.sequence.expected, lanes.open]).toEqual([2, 702, 3]);
  expect(lanes.of(Buffer.alloc(16, 2))).toBe(backlog);
  expect(lanes.of(Buffer.alloc(16, 3))).toBeUndefined();
});

it('goes on past a hole when what came before is settled, and not sooner', () => {
  const lanes = new EpochLanes();
  const { sequence } = lanes.begin(hello(1, 5));
  sequence.take();
  expect(() => lanes.begin(hello(1, 9))).toThrow('a second hello of an epoch came at 9: 6 is waited for, 1 are open');
  sequence.settle(5);
  expect(() => lanes.begin(hello(1, 5))).toThrow('6 is waited for');
  expect(lanes.begin(hello(1, 9)).sequence.expected).toBe(9);
});

it('bounds the epochs of a stream, and makes room of those that are done', () => {
  const lanes = new EpochLanes();
  for (let epoch = 1; epoch <= 8; epoch++) lanes.begin(hello(epoch, 1)).sequence.take();
  expect(() => lanes.begin(hello(9, 1))).toThrow('batches of 8 epochs open');
  lanes.all[3]?.sequence.settle(1);
  lanes.begin(hello(9, 1));
  expect(lanes.of(Buffer.alloc(16, 4))).toBeUndefined();
  expect(lanes.all).toHaveLength(8);
});
