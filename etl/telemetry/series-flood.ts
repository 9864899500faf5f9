// Who makes more series than are taken, and by which tag: what an operator has to be told to put it right.
import { MusterError } from '../../core/common/muster-error.ts';
import { type DecodedFrame, decodeSeries } from '../../proto/batch-codec.ts';

/** A flood is told for so long after its last letter. */
const TOLD_FOR_MS = 10 * 60_000;
/** Told at once; the newest. */
const MAX_FLOODS = 20;

interface Flood {
  nodeId: string;
  measurement: string;
  detail: string;
  letters: number;
  sinceMs: number;
  lastMs: number;
}

export class SeriesFloods {
  readonly #now: () => number;
  readonly #floods = new Map<string, Flood>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** So many letters more are for it. */
  note(nodeId: string, measurement: string, letters: number, detail: string): void {
    const key = `${nodeId}\n${measurement}`;
    const nowMs = this.#now();
    const known = this.#floods.get(key);
    this.#floods.delete(key);
    this.#floods.set(key, {
      nodeId,
      measurement,
      detail,
      letters: letters + (known?.letters ?? 0),
      sinceMs: known?.sinceMs ?? nowMs,
      lastMs: nowMs,
    });
    if (this.#floods.size > MAX_FLOODS) this.#floods.delete(this.#floods.keys().next().value as string);
  }

  /** A sentence each. */
  get problems(): string[] {
    const oldestMs = this.#now() - TOLD_FOR_MS;
    for (const [key, { lastMs }] of this.#floods) if (lastMs < oldestMs) this.#floods.delete(key);
    return [...this.#floods.values()].map(({ nodeId, measurement, detail, letters, sinceMs }) => {
      const since = new Date(sinceMs).toISOString();
      return `node ${nodeId} makes too many series in ${measurement}: ${detail} (${letters} dead letters since ${since})`;
    });
  }
}

/** Of the frame's tags the one with the most values, which is the one to do without; undefined where it has none. */
export function busiestTag(frame: DecodedFrame): { tag: string; values: number } | undefined {
  const seen = frame.tags.map(() => new Set<string>());
  for (const bytes of frame.seriesBytes) {
    for (const [i, value] of seriesOf(bytes, frame.tags.length).entries()) seen[i]?.add(value);
  }
  let busiest: { tag: string; values: number } | undefined;
  for (const [i, tag] of frame.tags.entries()) {
    const values = seen[i]?.size ?? 0;
    if (values > (busiest?.values ?? 0)) busiest = { tag, values };
  }
  return busiest;
}

/** A series that cannot be read is told as such by whoever takes it. */
function seriesOf(bytes: Buffer, tags: number): string[] {
  try {
    return decodeSeries(bytes, tags);
  } catch (error) {
    if (error instanceof MusterError) return [];
    throw error;
  }
}
