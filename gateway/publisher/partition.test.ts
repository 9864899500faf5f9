import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { partitionOf } from './partition.ts';

it('spreads nodes evenly, and puts a node into the same partition for ever', () => {
  const counts = new Array<number>(8).fill(0);
  for (let i = 0; i < 8000; i++) {
    const nodeId = randomUUID();
    const partition = partitionOf(nodeId, 8);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(800);
  // Another hash would move every node to another partition.
  expect(partitionOf('7b0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01', 256)).toBe(200);
});
