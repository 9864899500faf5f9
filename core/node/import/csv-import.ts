// Reads a CSV file by a mapping into batches. One pass over the bytes, no object a row.
import { MusterError } from '../../common/muster-error.ts';
import { seriesProblem } from './batch-builder.ts';
import { type CsvRow, CsvScanner, cellText } from './csv-scanner.ts';
import type { ReadOptions } from './import-source.ts';
import { NOT_A_NUMBER, NOT_A_NUMBER_WORDS, NOT_EXACT, NOT_EXACT_WORDS, numberOf, numberOfText, withUnit } from './number-cell.ts';
import { RowGate, shownCell } from './row-gate.ts';
import { SeriesTable } from './series-table.ts';
import { textProblem } from './text-rows.ts';
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
  /** What stands behind the numbers of a field. */
  readonly #units: (string | undefined)[];
  readonly #values: Float64Array;
  readonly #texts: (string | null)[] | undefined;
  readonly counts: RowGate;

  constructor(options: CsvImportOptions) {
    const { mapping, builder, delimiter } = options;
    this.#options = options;
    this.counts = new RowGate(options);
    this.#parseTime = createTimeParser(mapping.time.format, mapping.time.zone);
    this.#series = new SeriesTable(
      builder,
      mapping.node,
      mapping.tags.map((tag) => tag.column),
    );
    this.#fieldColumns = Int32Array.from(mapping.fields, (field) => field.column);
    this.#units = mapping.fields.map((field) => field.unit);
    this.#values = new Float64Array(mapping.fields.length);
    this.#texts = mapping.texts.length === 0 ? undefined : mapping.texts.map(() => null);
    this.scanner = new CsvScanner(delimiter, (row) => this.#row(row));
  }

  #row(row: CsvRow): void {
    if (row.number === 1) return;
    const { counts } = this;
    counts.rows++;
    const { mapping, width, shiftUs, builder } = this.#options;
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
    if (!counts.admits(row.number, timeUs) || !this.#readValues(row) || !this.#readTexts(row)) return;
    const series = this.#series.find(row);
    const problem = seriesProblem(series);
    if (problem !== undefined) {
      this.#refuse(row, problem);
      return;
    }
    if (!counts.admitsNode(series.node)) return;
    builder.add(series, timeUs, this.#values, 0, this.#texts);
    counts.taken++;
  }

  #readValues(row: CsvRow): boolean {
    const { mapping, decimalComma } = this.#options;
    const { bytes, starts, ends } = row;
    const values = this.#values;
    const columns = this.#fieldColumns;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as number;
      const unit = this.#units[i];
      const value =
        unit === undefined
          ? numberOf(bytes, starts[column] as number, ends[column] as number, decimalComma)
          : numberWithUnit(cellText(row, column), unit, decimalComma);
      if (value === NOT_A_NUMBER || value === NOT_EXACT) {
        const words = value === NOT_EXACT ? NOT_EXACT_WORDS : unit === undefined ? NOT_A_NUMBER_WORDS : `no number with ${unit} behind it`;
        this.#refuse(row, `${mapping.fields[i]?.header} is ${shown(row, column)}: ${words}`);
        return false;
      }
      values[i] = value;
    }
    return true;
  }

  /** An empty cell is no text; one of two quotes is the empty text. */
  #readTexts(row: CsvRow): boolean {
    const into = this.#texts;
    if (into === undefined) return true;
    const { texts } = this.#options.mapping;
    for (const [i, { column }] of texts.entries())
      into[i] = row.starts[column] === row.ends[column] && row.quotes[column] === 0 ? null : cellText(row, column);
    const problem = textProblem(into, texts);
    if (problem !== undefined) this.#refuse(row, problem);
    return problem === undefined;
  }

  #refuse(row: CsvRow, reason: string): void {
    this.counts.refuse(row.number, reason);
  }
}

function numberWithUnit(cell: string, unit: string, comma: boolean): number {
  const found = withUnit(cell, comma);
  if (found === undefined) return Number.isNaN(numberOfText(cell, comma)) ? Number.NaN : NOT_A_NUMBER;
  return found.unit === unit ? numberOfText(found.number, comma) : NOT_A_NUMBER;
}

function shown(row: CsvRow, column: number): string {
  return shownCell(cellText(row, column));
}

/** The header's cells. Throws `malformed` for a file without one. */
export function headerOf(rows: readonly (readonly string[])[], path: string): string[] {
  const [header] = rows;
  if (header === undefined) throw new MusterError('malformed', `${path} is empty: a header and rows are needed`);
  return header.map((cell) => cell.trim());
}
