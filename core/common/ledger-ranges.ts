// Arithmetic on sets of sequence numbers kept as ranges: the cost follows the holes, not the numbers.

/** Inclusive on both sides; empty where `last < first`. */
export interface SeqRange {
  first: number;
  last: number;
}

/** Sorted, without overlap and without adjacent ranges. */
export function normalize(ranges: readonly SeqRange[]): SeqRange[] {
  const sorted = ranges.filter((range) => range.last >= range.first).sort((a, b) => a.first - b.first);
  const result: SeqRange[] = [];
  for (const range of sorted) {
    const before = result.at(-1);
    if (before !== undefined && range.first <= before.last + 1) before.last = Math.max(before.last, range.last);
    else result.push({ first: range.first, last: range.last });
  }
  return result;
}

/** How many numbers are in ranges that do not overlap. */
export function countOf(ranges: readonly SeqRange[]): number {
  let count = 0;
  for (const range of ranges) count += Math.max(0, range.last - range.first + 1);
  return count;
}

/** What is in `from` and not in `removed`; both normalized, the result too. */
export function subtract(from: readonly SeqRange[], removed: readonly SeqRange[]): SeqRange[] {
  const result: SeqRange[] = [];
  let at = 0;
  for (const range of from) {
    let first = range.first;
    while (at < removed.length && (removed[at] as SeqRange).last < first) at++;
    for (let i = at; i < removed.length && (removed[i] as SeqRange).first <= range.last; i++) {
      const hole = removed[i] as SeqRange;
      if (hole.first > first) result.push({ first, last: hole.first - 1 });
      first = Math.max(first, hole.last + 1);
    }
    if (first <= range.last) result.push({ first, last: range.last });
  }
  return result;
}

/** What is in both; both normalized, the result too. */
export function intersect(a: readonly SeqRange[], b: readonly SeqRange[]): SeqRange[] {
  return subtract(a, subtract(a, b));
}

/** The largest number, or 0. */
export function highest(ranges: readonly SeqRange[]): number {
  let result = 0;
  for (const range of ranges) result = Math.max(result, range.last);
  return result;
}
