// What tells one import from another: with the same content and options, the same batches have the same numbers, whoever imports them.
import type { ImportMapping } from './import-mapping.ts';

/**
 * Says after which rows everything that waits is cut into batches. Where a batch ends must depend on the rows alone, so every importer does it
 * after as many.
 */
export class CutPoints {
  readonly #rows: number;
  #lastRows = 0;
  #lastTextBytes = 0;

  constructor({ fields }: Pick<ImportMapping, 'fields'>) {
    this.#rows = Math.min(MAX_CUT_ROWS, Math.max(1000, Math.floor(CUT_BYTES / (fields.length * 8 + 12))));
  }

  /** True once for each point: `rows` were taken, and texts of so many bytes. */
  reached(rows: number, textBytes: number, last: boolean): boolean {
    if (!last && rows - this.#lastRows < this.#rows && textBytes - this.#lastTextBytes < CUT_BYTES) return false;
    this.#lastRows = rows;
    this.#lastTextBytes = textBytes;
    return true;
  }
}

const MAX_CUT_ROWS = 300_000;
/** Everything since the last of these points is held in memory until it is stored: of a wide file they are fewer rows. */
const CUT_BYTES = 32 * 1024 * 1024;

/** What else decides which rows make which batches. */
export interface IdentityOptions {
  now: boolean;
  windowSeconds: number;
  maxRowsPerNode: number;
  /** Rows go out when their time has come. */
  replayed: boolean;
  /** Pauses after each span of this length; 0 for none. */
  stepSeconds?: number;
}

export function importIdentity(fingerprint: string, mapping: ImportMapping, options: IdentityOptions): string {
  const { time, node, tags, fields, texts, measurement } = mapping;
  const { now, windowSeconds, maxRowsPerNode, replayed, stepSeconds } = options;
  return JSON.stringify([
    ...[fingerprint, time, node, tags, fields, measurement, now, windowSeconds, maxRowsPerNode, replayed],
    ...(stepSeconds ? [stepSeconds] : []),
    // Batches with texts are cut otherwise than they were when absent texts had frames of their own.
    ...(texts.length > 0 ? [{ texts, cut: 2 }] : []),
  ]);
}
