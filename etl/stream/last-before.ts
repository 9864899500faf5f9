// Finds a place in a stream by time.

/**
 * The largest of the numbers `first` to `last` whose message is older than `beforeMs`; 0 where none is. `timeOf` (Unix ms) rises with the number. A number whose
 * message is gone says nothing of its time: what may be too much is not taken.
 */
export async function lastBefore(
  beforeMs: number,
  first: number,
  last: number,
  timeOf: (seq: number) => Promise<number | undefined>,
): Promise<number> {
  let found = 0;
  for (let low = first, high = last; low <= high; ) {
    const middle = Math.floor((low + high) / 2);
    const time = await timeOf(middle);
    if (time !== undefined && time < beforeMs) {
      found = middle;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return found;
}
