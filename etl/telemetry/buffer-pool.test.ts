import { expect, it } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

const MIB = 1024 * 1024;

it('gives a long buffer again after one that had to grow', () => {
  const pool = new BufferPool();
  // What a chunk grows into by doubling is longer than what the table needs.
  pool.giveFrom('cpu', pool.take(64 * MIB), 40 * MIB);
  const first = pool.takeFor('cpu');
  const second = pool.takeFor('cpu');
  pool.giveFrom('cpu', first, 40 * MIB);
  pool.giveFrom('cpu', second, 41 * MIB);
  const again = [pool.takeFor('cpu'), pool.takeFor('cpu')];
  // Never compare the buffers themselves: it would be byte by byte.
  expect(again.includes(second)).toBe(true);
  expect(again.every((buffer) => buffer.length >= 43 * MIB)).toBe(true);
});

it('keeps what was used last, within its bound', () => {
  const pool = new BufferPool();
  const buffers = Array.from({ length: 5 }, () => pool.take(32 * MIB));
  for (const buffer of buffers) pool.give(buffer);
  const kept = buffers.map(() => buffers.indexOf(pool.take(32 * MIB)));
  expect(kept.filter((index) => index >= 0).sort()).toEqual([2, 3, 4]);
  pool.give(pool.take(200 * MIB));
  expect(pool.take(64 * 1024).length).toBe(64 * 1024);
});
