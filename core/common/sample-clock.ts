// Times for samples that bring none: microseconds, each given once, so that no two such samples of a series are one row.

/** `reserve(n)` gives the first of `n` Unix µs in a row. */
export interface SampleClock {
  reserve(count: number): number;
}

/** `now` is Unix ms. The microseconds within it are those of a finer clock: two gateways seldom give the same. */
export function createSampleClock(now: () => number, micros: () => number = microsWithin): SampleClock {
  let nextUs = 0;
  return {
    reserve(count) {
      const firstUs = Math.max(now() * 1000 + micros(), nextUs);
      nextUs = firstUs + count;
      return firstUs;
    },
  };
}

function microsWithin(): number {
  return Math.floor(performance.now() * 1000) % 1000;
}
