import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignSlots } from './use-slots.ts';

const window = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

it('gives what comes into view the element of what left it, and keeps the rest where it is', () => {
  const first = assignSlots(window(0, 4), new Map());
  expect([...first]).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const second = assignSlots(window(1, 4), first);
  expect([...second].sort(([a], [b]) => a - b)).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 0],
  ]);
  expect(assignSlots(window(1, 4), second)).toBe(second);
});

it('never shows two lines in one element, nor more elements than lines', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(40)), { minLength: 1 }), (windows) => {
      let slots: ReadonlyMap<number, number> = new Map();
      for (const [from, count] of windows) {
        const indices = window(from, count);
        slots = assignSlots(indices, slots);
        expect([...slots.keys()].sort((a, b) => a - b)).toEqual(indices);
        expect([...slots.values()].sort((a, b) => a - b)).toEqual(window(0, count));
      }
    }),
  );
});
