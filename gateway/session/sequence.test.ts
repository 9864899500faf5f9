import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sequence } from './sequence.ts';

describe('the numbers of a stream', () => {
  it('begin at the oldest of the spool and follow each other', () => {
    const sequence = new Sequence(7);
    expect([sequence.judge(6), sequence.judge(7), sequence.judge(8)]).toEqual(['repeat', 'take', 'gap']);
    sequence.take();
    expect([sequence.judge(7), sequence.judge(8), sequence.judge(9)]).toEqual(['repeat', 'take', 'gap']);
    expect(sequence.floor).toBe(6);
  });

  it('are acknowledged up to the first that is not stored, in whatever order they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.shuffledSubarray(Array.from({ length: 32 }, (_, i) => i)), (oldest, order) => {
        const sequence = new Sequence(oldest);
        for (let i = 0; i < 32; i++) sequence.take();
        const stored = new Set<number>();
        for (const offset of order) {
          const before = sequence.floor;
          expect(sequence.settle(oldest + offset)).toBe(sequence.floor > before);
          stored.add(oldest + offset);
          for (let seq = oldest; seq <= sequence.floor; seq++) expect(stored.has(seq)).toBe(true);
          expect(stored.has(sequence.floor + 1)).toBe(false);
        }
        expect(sequence.open).toBe(32 - order.length);
      }),
    );
  });

  it('do not mind what was never taken, or is settled twice', () => {
    const sequence = new Sequence(1);
    sequence.take();
    expect([sequence.settle(2), sequence.settle(0), sequence.settle(1), sequence.settle(1)]).toEqual([false, false, true, false]);
    expect(sequence.open).toBe(0);
  });
});
