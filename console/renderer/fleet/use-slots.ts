// Which element of a virtual list shows which line: a line that comes into view takes the element of one that left it, so that scrolling changes
// texts and makes no elements.
import { useRef } from 'react';

/** A slot for each of the indices, kept as long as the index stays; slots are numbered from 0 without holes that last. */
export function useSlots(indices: readonly number[]): ReadonlyMap<number, number> {
  const slots = useRef<ReadonlyMap<number, number>>(new Map());
  slots.current = assignSlots(indices, slots.current);
  return slots.current;
}

/** Pure, and the same again for the same indices: React may render twice. */
export function assignSlots(indices: readonly number[], before: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const kept = indices.filter((index) => (before.get(index) ?? indices.length) < indices.length);
  if (kept.length === indices.length && before.size === indices.length) return before;
  const slots = new Map(kept.map((index) => [index, before.get(index) as number]));
  const taken = new Set(slots.values());
  let next = 0;
  for (const index of indices) {
    if (slots.has(index)) continue;
    while (taken.has(next)) next++;
    slots.set(index, next++);
  }
  return slots;
}
