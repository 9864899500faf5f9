// The beginning of a line, `table,node_id=…,tag=… `, as bytes, made once a series. Bounded, and with it the series a node may have.
import { MAX_SERIES_BYTES } from '../../core/common/batch-size.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { decodeSeries } from '../../proto/batch-codec.ts';
import type { TablePlan } from './table-plan.ts';

/** One series of one node. The same object for the same columns, however a sender spells it. */
export interface SeriesEntry {
  readonly prefix: Buffer;
  /** Which batch wrote the last row, and its time: tells whether a key may stand twice in a batch. */
  batch: number;
  lastTimeUs: number;
  /** The oldest and the newest time that came by a door: only what lies between can meet a row that is on its way. */
  doorFirstUs: number;
  doorLastUs: number;
}

/** Of a series that nothing came for yet. */
export function newSeriesEntry(prefix: Buffer): SeriesEntry {
  return { prefix, batch: 0, lastTimeUs: 0, doorFirstUs: Number.POSITIVE_INFINITY, doorLastUs: Number.NEGATIVE_INFINITY };
}

export interface SeriesLimits {
  /** New series of one node in a generation. */
  perNode: number;
  /** Series of all nodes in a generation. */
  total: number;
  /** How long a generation lasts; a series that two generations did not see is forgotten. */
  generationMs: number;
}

export const SERIES_LIMITS: SeriesLimits = { perNode: 10_000, total: 1_000_000, generationMs: 3_600_000 };

/** A series may be spelled in many ways: in frames of other fields, its tags in another order. So many a series are remembered, on average. */
const SPELLINGS = 4;

interface Generation {
  /** Node and frame shape → encoded series → entry. */
  shapes: Map<string, Map<string, SeriesEntry>>;
  byPrefix: Map<string, SeriesEntry>;
  perNode: Map<string, { series: number; spellings: number }>;
}

export class SeriesCache {
  readonly #limits: SeriesLimits;
  #current = emptyGeneration();
  #previous = emptyGeneration();
  #rotatesMs: number;

  constructor(nowMs: number, limits: SeriesLimits = SERIES_LIMITS) {
    this.#limits = limits;
    this.#rotatesMs = nowMs + limits.generationMs;
  }

  /** Forgets what was not seen for long. Call it between batches. */
  rotate(nowMs: number): void {
    if (nowMs < this.#rotatesMs) return;
    this.#previous = this.#current;
    this.#current = emptyGeneration();
    this.#rotatesMs = nowMs + this.#limits.generationMs;
  }

  /** The known series of a node in frames of one shape, by their encoded bytes as latin1. */
  shape(nodeId: string, shape: string): Map<string, SeriesEntry> {
    const key = `${nodeId}\n${shape}`;
    let known = this.#current.shapes.get(key);
    if (known === undefined) {
      known = new Map();
      if (this.#mayRemember(nodeId)) this.#current.shapes.set(key, known);
    }
    return known;
  }

  /** False where a node has used so many spellings that the further ones are read anew each time. */
  #mayRemember(nodeId: string): boolean {
    const counts = this.#countsOf(nodeId);
    if (counts.spellings >= this.#limits.perNode * SPELLINGS) return false;
    counts.spellings++;
    return true;
  }

  #countsOf(nodeId: string): { series: number; spellings: number } {
    let counts = this.#current.perNode.get(nodeId);
    if (counts === undefined) {
      counts = { series: 0, spellings: 0 };
      this.#current.perNode.set(nodeId, counts);
    }
    return counts;
  }

  /**
   * Makes a series known; undefined where the node or all nodes have too many. With `again`, for a batch that may be stored already, such a series is taken
   * all the same and not remembered. Throws `malformed` for bytes that are no series.
   */
  add(
    known: Map<string, SeriesEntry>,
    key: string,
    bytes: Buffer,
    nodeId: string,
    plan: TablePlan,
    again = false,
  ): SeriesEntry | undefined {
    if (bytes.length > MAX_SERIES_BYTES) {
      throw new MusterError('malformed', `the tag values of a series have ${bytes.length} bytes, at most ${MAX_SERIES_BYTES} are taken`);
    }
    const values = decodeSeries(bytes, plan.tagOrder.length);
    // The database would refuse the whole request for it, and each half that still has one.
    if (values.some((value) => value.includes('\0'))) throw new MusterError('malformed', 'a tag value has a NUL in it');
    const prefix = seriesPrefix(plan, nodeId, values);
    const text = prefix.toString('latin1');
    let entry = this.#current.byPrefix.get(text);
    if (entry === undefined) {
      const counts = this.#countsOf(nodeId);
      if (counts.series >= this.#limits.perNode || this.#current.byPrefix.size >= this.#limits.total) {
        return again ? newSeriesEntry(prefix) : undefined;
      }
      entry = this.#previous.byPrefix.get(text) ?? newSeriesEntry(prefix);
      this.#current.byPrefix.set(text, entry);
      counts.series++;
    }
    if (this.#mayRemember(nodeId)) known.set(key, entry);
    return entry;
  }
}

function emptyGeneration(): Generation {
  return { shapes: new Map(), byPrefix: new Map(), perNode: new Map() };
}

/** A tag that is empty is left away: the column is NULL. */
function seriesPrefix(plan: TablePlan, nodeId: string, values: readonly string[]): Buffer {
  let text = `${plan.table},node_id=${escapeSymbol(nodeId)}`;
  for (const [i, tag] of plan.tagOrder.entries()) {
    const value = values[tag]!;
    if (value !== '') text += plan.tagHeads[i]! + escapeSymbol(value);
  }
  return Buffer.from(`${text} `);
}

/** The same beginning of a line for a row that the database gave: `tags` are its columns by name, in their order, null where absent. */
export function storedPrefix(table: string, nodeId: string, tags: readonly (readonly [name: string, value: string | null])[]): string {
  let text = `${table},node_id=${escapeSymbol(nodeId)}`;
  for (const [name, value] of tags) if (value !== null && value !== '') text += `,${name}=${escapeSymbol(value)}`;
  return `${text} `;
}

function escapeSymbol(value: string): string {
  return value.replace(/[ ,=\\\n\r"]/g, '\\$&');
}
