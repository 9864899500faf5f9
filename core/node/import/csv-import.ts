// Reads a CSV file by a mapping into batches. One pass over the bytes, no object a row.
import { MusterError } from '../../common/muster-error.ts';
import { timeRefusal } from '../../common/row-time.ts';
import { type CsvRow, CsvScanner, cellText } from './csv-scanner.ts';
import type { ReadOptions } from './import-source.ts';
import { NOT_A_NUMBER, numberOf } from './number-cell.ts';
import { SeriesTable } from './series-table.ts';
import { createTimeParser } from './time-cell.ts';

export interface CsvImportOptions extends ReadOptions {
  delimiter: string;
  decimalComma: boolean;
  /** Cells of the header. */
  width: number;
}

export class CsvImport {
  readonly scanner: CsvScanner;
  readonly #options: CsvImportOptions;
  readonly #parseTime: (bytes: Buffer, start: number, end: number) => number;
  readonly #series: SeriesTable;
  readonly #fieldColumns: Int32Array;
  readonly #values: Float64Array;
  readonly #rowsOfNode = new Map<object, number>();
  /** Rows looked at, without the header. */
  rows = 0;
  /** Rows handed to the builder. */
  taken = 0;
  /** Rows left out as the caller asked: too old for the window wanted, or over the cap of a node. */
  leftOut = 0;

  constructor(options: CsvImportOptions) {
    const { mapping, builder, delimiter } = options;
    this.#options = options;
    this.#parseTime = createTimeParser(mapping.time.format, mapping.time.zone);
    this.#series = new SeriesTable(
      builder,
      mapping.node,
      mapping.tags.map((tag) => tag.column),
    );
    this.#fieldColumns = Int32Array.from(mapping.fields, (field) => field.column);
    this.#values = new Float64Array(mapping.fields.length);
    this.scanner = new CsvScanner(delimiter, (row) => this.#row(row));
  }

  #row(row: CsvRow): void {
    if (row.number === 1) return;
    this.rows++;
    const { mapping, width, window, shiftUs, fromUs, builder, maxRowsPerNode } = this.#options;
    if (row.cells !== width) {
      this.#refuse(row, `it has ${row.cells} cells, the header has ${width}`);
      return;
    }
    const { column } = mapping.time;
    const timeUs = this.#parseTime(row.bytes, row.starts[column] as number, row.ends[column] as number) + shiftUs;
    if (Number.isNaN(timeUs)) {
      this.#refuse(row, `${mapping.time.header} is ${shown(row, column)}: no time as ${mapping.time.format}`);
      return;
    }
    if (fromUs !== undefined && timeUs < fromUs) {
      this.leftOut++;
      return;
    }
    if (!(timeUs >= window.oldestUs && timeUs <= window.newestUs)) {
      this.#refuse(row, timeRefusal(timeUs, window).detail);
      return;
    }
    if (!this.#readValues(row)) return;
    const series = this.#series.find(row);
    if (maxRowsPerNode !== undefined && !this.#within(series.node, maxRowsPerNode)) {
      this.leftOut++;
      return;
    }
    builder.add(series, timeUs, this.#values);
    this.taken++;
  }

  #readValues(row: CsvRow): boolean {
    const { mapping, decimalComma } = this.#options;
    for (let i = 0; i < this.#values.length; i++) {
      const column = this.#fieldColumns[i] as number;
      const value = numberOf(row.bytes, row.starts[column] as number, row.ends[column] as number, decimalComma);
      if (value === NOT_A_NUMBER || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        this.#refuse(row, `${mapping.fields[i]?.header} is ${shown(row, column)}: no number of a double's range`);
        return false;
      }
      this.#values[i] = value;
    }
    return true;
  }

  #within(node: object, max: number): boolean {
    const rows = this.#rowsOfNode.get(node) ?? 0;
    this.#rowsOfNode.set(node, rows + 1);
    return rows < max;
  }

  #refuse(row: CsvRow, reason: string): void {
    this.#options.onRefused({ row: row.number, reason: `row ${row.number}: ${reason}` });
  }
}

function shown(row: CsvRow, column: number): string {
  const text = cellText(row, column);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** The header's cells. Throws `malformed` for a file without one. */
export function headerOf(rows: readonly (readonly string[])[], path: string): string[] {
  const [header] = rows;
  if (header === undefined) throw new MusterError('malformed', `${path} is empty: a header and rows are needed`);
  return header.map((cell) => cell.trim());
}
