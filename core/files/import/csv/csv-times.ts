// The time of a row of a CSV file, from one column or from several.

import type { ImportMapping } from '../import-mapping.ts';
import { createTimeParser, createTimeProblem, type TimeParser } from '../time/time-cell.ts';
import type { FoldChoice } from '../time/time-zone.ts';
import { type CsvRow, cellText } from './csv-scanner.ts';

const BLANK = 0x20;

export class CsvTimes {
  readonly #time: ImportMapping['time'];
  readonly #parse: TimeParser;
  readonly #columns: readonly number[];
  /** Of the cells of several columns. */
  #joined = Buffer.alloc(64);
  #problem: ((cell: string) => string) | undefined;

  constructor(time: ImportMapping['time'], choose?: FoldChoice) {
    this.#time = time;
    this.#parse = createTimeParser(time.format, time.zone, choose);
    this.#columns = [time.column, ...(time.and ?? [])];
  }

  /** Unix µs, NaN for none. */
  of(row: CsvRow): number {
    if (this.#columns.length > 1) return this.#ofSeveral(row);
    const { column } = this.#time;
    return this.#parse(row.bytes, row.starts[column]!, row.ends[column]!);
  }

  /** Cells as a message shows them. */
  text(row: CsvRow): string {
    return this.#columns.map((column) => cellText(row, column).trim()).join(' ');
  }

  /** Why the cells are no time, as the end of a sentence. */
  problem(row: CsvRow): string {
    this.#problem ??= createTimeProblem(this.#time.format, this.#time.zone);
    return this.#problem(this.text(row));
  }

  #ofSeveral(row: CsvRow): number {
    let at = 0;
    for (const column of this.#columns) {
      let from = row.starts[column]!;
      let end = row.ends[column]!;
      while (from < end && row.bytes[from] === BLANK) from++;
      while (end > from && row.bytes[end - 1] === BLANK) end--;
      if (from === end) return Number.NaN;
      if (at + end - from + 1 > this.#joined.length) this.#joined = Buffer.concat([this.#joined, Buffer.alloc(end - from + 64)]);
      if (at > 0) this.#joined[at++] = BLANK;
      at += row.bytes.copy(this.#joined, at, from, end);
    }
    return this.#parse(this.#joined, 0, at);
  }
}
