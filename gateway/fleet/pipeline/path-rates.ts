// How fast each hop of the path moves now, from counters that only grow: what stands still is seen where it stands.

/** Since some beginning. A counter that steps back began anew. */
export interface PathCounters {
  /** Batches that agents numbered. */
  batchesMade: number;
  /** Messages that came into the stream. */
  streamIn: number;
  /** Messages that the ETL was given. */
  streamOut: number;
}

export type PathRatesNow = { [K in keyof PathCounters]: number | undefined };

/** A rate is over this long, or as long as there is. */
const WINDOW_MS = 10_000;
const LEAST_MS = 1000;
/** Older counters say nothing of now. */
const KEPT_MS = 30_000;
const MAX_KEPT = 64;

export class PathRates {
  #kept: { atMs: number; counters: PathCounters }[] = [];

  /** Takes the counters as they are now. Gives what each grew a second; undefined where nothing is known yet. */
  add(atMs: number, counters: PathCounters): PathRatesNow {
    const newest = this.#kept.at(-1);
    if (newest !== undefined && (atMs < newest.atMs || keys(counters).some((key) => counters[key] < newest.counters[key]))) this.#kept = [];
    this.#kept = this.#kept.filter((kept) => atMs - kept.atMs <= KEPT_MS);
    const before = this.#kept.findLast((kept) => atMs - kept.atMs >= WINDOW_MS) ?? this.#kept[0];
    if (newest === undefined || atMs - newest.atMs >= LEAST_MS) this.#kept = [...this.#kept, { atMs, counters }].slice(-MAX_KEPT);
    const passedMs = before === undefined ? 0 : atMs - before.atMs;
    const rate = (key: keyof PathCounters): number | undefined =>
      before === undefined || passedMs < LEAST_MS ? undefined : ((counters[key] - before.counters[key]) * 1000) / passedMs;
    return { batchesMade: rate('batchesMade'), streamIn: rate('streamIn'), streamOut: rate('streamOut') };
  }
}

function keys(counters: PathCounters): (keyof PathCounters)[] {
  return Object.keys(counters) as (keyof PathCounters)[];
}
