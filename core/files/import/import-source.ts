// A file to import, whatever its format: its plan first, then its rows, from the beginning or from where an earlier import stood.
import type { TimeWindow } from '../../common/row-time.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { ImportMapping, WantedMapping } from './import-mapping.ts';

/** A row that was not taken. */
export interface RowRefusal {
  /** As an editor counts rows, from 1. */
  row: number;
  /** One sentence that begins with the row. */
  reason: string;
  /** The row as it stands in the file; to be called at once, as its memory is used again. */
  data?(): RefusedRow;
}

export interface RefusedRow {
  /** Of a CSV file: its header as a line. */
  header?: string;
  /** A line of CSV or of JSON. */
  text: string;
}

/** How a CSV file is written; what is not told is guessed. */
export interface CsvReading {
  /** One ASCII character. */
  delimiter?: string;
  /** Numbers are written 12,5, and a point separates thousands. */
  decimalComma?: boolean;
  /** Rows before the header. */
  skipRows?: number;
  /** Such as `utf-8`, `windows-1252`, `shift_jis`. */
  encoding?: string;
}

/** Takes the rows of a reader. */
export type RowSink = Pick<BatchBuilder, 'node' | 'add'>;

export interface ReadOptions {
  builder: RowSink;
  mapping: ImportMapping;
  /** Added to each time, µs. */
  shiftUs: number;
  /** Rows outside are refused. */
  window: TimeWindow;
  /** Rows before belong to no window that was asked for. */
  fromUs?: number;
  maxRowsPerNode?: number;
  /** Bytes read at a time, where the format allows to choose. */
  pieceBytes?: number;
  /** Bytes of the file's pages in memory, where the format has pages; default 64 MiB. */
  heldBytes?: number;
  onRefused(refusal: RowRefusal): void;
}

/** Where a reader stands between two rows. */
export interface SourcePosition {
  /** Bytes of the file before it; of Parquet an estimate, where the row alone says it. */
  offset: number;
  /** Rows before it. */
  row: number;
}

export interface ReadCounts {
  /** Rows looked at, without a header. */
  rows: number;
  /** Rows handed to the builder. */
  taken: number;
  /** Rows left out as the caller asked. */
  leftOut: number;
  /** Cells of numbers with a word for no value, such as NA. */
  absent?: number;
}

/** Rows of one file on their way into a builder. */
export interface SourceReader {
  readonly counts: ReadCounts;
  /** Where it stands; what is before has been handed over. */
  readonly position: SourcePosition;
  /** Reads the next piece, some tens of thousands of rows at most; false at the end. Throws `malformed` for a file that cannot be read on. */
  next(): Promise<boolean>;
  close(): Promise<void>;
}

export interface ImportSource {
  readonly path: string;
  readonly bytes: number;
  readonly format: 'csv' | 'parquet' | 'ndjson';
  /** What was found out about it, for people. */
  readonly description: string;
  /** Tells this content from any other: a hash of its size and samples all over it. */
  readonly fingerprint: string;
  plan(wanted: WantedMapping): ImportMapping;
  read(options: ReadOptions, from?: SourcePosition): Promise<SourceReader>;
  /** The newest time of the file, unshifted, Unix µs; NaN where it has none. Reads the whole file. */
  newestUs(mapping: ImportMapping): Promise<number>;
  /** Reads the file to its end, so that one that is cut off or damaged stores nothing. Throws what the import would throw on its way. */
  assertReadable(mapping: ImportMapping): Promise<void>;
  /** Gives back what was made to read it, where that is something. */
  close?(): Promise<void>;
}
