// What a collector is: it reads one part of the host and adds the rows of a tick.

/** The moment of a tick, the same for all collectors. */
export interface Tick {
  /** Unix microseconds; never the same twice. */
  timeUs: number;
  /** Milliseconds of a clock that never steps: what rates are computed with. */
  monotonicMs: number;
}

/** Takes the rows of one tick. */
export interface RowSink {
  /**
   * `tagValues`, `values` and `texts` in the collector's order of tags, fields and text fields; NaN and an empty text are absent values.
   * All are copied.
   */
  add(tagValues: readonly string[], values: ArrayLike<number>, texts?: readonly string[]): void;
  /** Says what of this tick could not be read, while the rest could. The same sentence is reported once while it lasts. */
  problem(sentence: string): void;
}

/** One measurement. Keeps what it needs for rates, so two samplers need two collectors. */
export interface Collector {
  /** Name of the table. */
  readonly measurement: string;
  readonly tags: readonly string[];
  readonly fields: readonly string[];
  /** Columns of text, such as a command line (none by default). */
  readonly textFields?: readonly string[];
  /** Rows a tick at most (default `DEFAULT_MAX_ROWS`); more are left out and counted. */
  readonly maxRows?: number;
  /** The least time between two runs, whatever the configuration says: what is asked for costs (default 0, every tick). */
  readonly intervalMs?: number;
  /** The same while somebody watches live (default `intervalMs`). */
  readonly liveIntervalMs?: number;
  /** How long an asynchronous run may take (default two seconds). */
  readonly limitMs?: number;
  /**
   * Adds the rows of this tick. Whatever it throws makes this one "unavailable" with that sentence; so does a promise that is not
   * settled within `limitMs`. A MusterError `not_found` says that the machine has no such thing: told once, and no fault.
   */
  collect(rows: RowSink, tick: Tick): void | Promise<void>;
  /** Gives back its open files. May be called twice; `collect` after it opens them again. */
  close(): void;
}

export const DEFAULT_MAX_ROWS = 256;

/** Change per second of a counter. NaN without an earlier value, and where the counter went back: a reset or wrap is a gap, no spike. */
export function perSecond(now: number, before: number, seconds: number): number {
  return now >= before && seconds > 0 ? (now - before) / seconds : Number.NaN;
}

/**
 * Percent of the time, of seconds spent a second. What was begun before may be counted up to `lateSeconds` afterwards, so a little more than all is all;
 * NaN where it is more than time allows.
 */
export function shareOfTime(spentPerSecond: number, seconds: number, lateSeconds: number): number {
  return spentPerSecond * seconds <= seconds + lateSeconds ? Math.min(100, spentPerSecond * 100) : Number.NaN;
}

/** Beyond 2^63 stands what was counted down below zero without a sign. */
export function orZero(count: number): number {
  return count >= 2 ** 63 ? 0 : count;
}
