// Reads a CSV file by a mapping into batches. One pass over the bytes, no object a row.
import { isAbsentText } from '../absent-words.ts';
import type { ReadOptions } from '../import-source.ts';
import { NOT_A_NUMBER, NOT_A_NUMBER_WORDS, NOT_EXACT, NOT_EXACT_WORDS, numberOf, numberOfText, withUnit } from '../number-cell.ts';
import { RowGate, shownCell } from '../row-gate.ts';
import { textProblem } from '../text-rows.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { brokenWords, isBroken } from './csv-encoding.ts';
import type { CsvHead } from './csv-head.ts';
import { type CsvRow, CsvScanner, cellText } from './csv-scanner.ts';
import { CsvTimes } from './csv-times.ts';
import { SeriesTable } from './series-table.ts';

const HASH = 0x23;
const COMMA = 0x2c;

export interface CsvImportOptions extends ReadOptions {
  dialect: CsvDialect;
  head: Pick<CsvHead, 'header' | 'firstRow' | 'hasComments'>;
  /** By row: which of the two moments of a time that comes twice; true for the second. */
  folds?: ReadonlyMap<number, boolean>;
  /** Rows up to this one were read before. */
  afterRow?: number;
}

export class CsvImport {
  readonly scanner: CsvScanner;
  readonly #options: CsvImportOptions;
  readonly #times: CsvTimes;
  readonly #series: SeriesTable;
  readonly #fieldColumns: Int32Array;
  /** What stands behind the numbers of a field. */
  readonly #units: (string | undefined)[];
  readonly #values: Float64Array;
  readonly #texts: (string | null)[] | undefined;
  readonly #firstRow: number;
  readonly #afterRow: number;
  #rowNumber = 0;
  #current: CsvRow | undefined;
  /** Where a row stands that begins a table with other columns: what follows is not of this one. */
  #otherTable = 0;
  readonly counts: RowGate;

  constructor(options: CsvImportOptions) {
    const { mapping, builder, dialect, head, folds } = options;
    this.#options = options;
    this.counts = new RowGate(options);
    this.counts.data = () => ({ header: lineOf(head.header, dialect.delimiter), text: lineOf(this.#cells(), dialect.delimiter) });
    this.#times = new CsvTimes(mapping.time, (firstUs, secondUs) => {
      const second = folds?.get(this.#rowNumber);
      return second === undefined ? Number.NaN : second ? secondUs : firstUs;
    });
    this.#series = new SeriesTable(
      builder,
      mapping.node,
      mapping.tags.map((tag) => tag.column),
      { encoding: dialect.encoding, header: head.header },
    );
    this.#fieldColumns = Int32Array.from(mapping.fields, (field) => field.column);
    this.#units = mapping.fields.map((field) => field.unit);
    this.#values = new Float64Array(mapping.fields.length);
    this.#texts = mapping.texts.length === 0 ? undefined : mapping.texts.map(() => null);
    this.#firstRow = head.firstRow;
    this.#afterRow = options.afterRow ?? 0;
    this.scanner = new CsvScanner(dialect.delimiter, (row) => this.#row(row), dialect.padded);
  }

  #row(row: CsvRow): void {
    if (row.number < this.#firstRow) return;
    const { head } = this.#options;
    if (head.hasComments && row.bytes[row.starts[0]!] === HASH) {
      this.#otherTable = 0;
      return;
    }
    this.#rowNumber = row.number;
    this.#current = row;
    if (row.number <= this.#afterRow) {
      if (head.hasComments) this.#times.of(row);
      return;
    }
    const { counts } = this;
    counts.rows++;
    const { shiftUs, builder } = this.#options;
    if (row.cells !== head.header.length) {
      this.#refuse(row, `it has ${row.cells} ${row.cells === 1 ? 'cell' : 'cells'}, the header has ${head.header.length}`);
      return;
    }
    const timeUs = this.#times.of(row) + shiftUs;
    if (Number.isNaN(timeUs)) {
      this.#refuseTime(row);
      return;
    }
    if (this.#otherTable > 0) {
      this.#refuse(row, `it belongs to the header in row ${this.#otherTable}: import that table by itself`);
      return;
    }
    if (!counts.admits(row.number, timeUs) || !this.#readValues(row) || !this.#readTexts(row)) return;
    const series = this.#series.find(row);
    if (typeof series === 'string') {
      this.#refuse(row, series);
      return;
    }
    if (!counts.admitsNode(series.node)) return;
    builder.add(series, timeUs, this.#values, 0, this.#texts);
    counts.taken++;
  }

  /** The header comes again where files were put one behind the other: it is no row. Another one in a file with comments begins another table. */
  #refuseTime(row: CsvRow): void {
    const { head, mapping } = this.#options;
    if (head.header.every((header, column) => cellText(row, column).trim() === header)) {
      this.counts.rows--;
      return;
    }
    if (head.hasComments) this.#otherTable = row.number;
    this.#refuse(row, `${mapping.time.header} is ${shownCell(this.#times.text(row))}: ${this.#times.problem(row)}`);
  }

  #readValues(row: CsvRow): boolean {
    const { mapping, dialect } = this.#options;
    const { decimalComma, isSignUnclear } = dialect;
    const { bytes, starts, ends } = row;
    const values = this.#values;
    const columns = this.#fieldColumns;
    let absent = 0;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const unit = this.#units[i];
      const value =
        unit === undefined
          ? numberOf(bytes, starts[column]!, ends[column]!, decimalComma)
          : numberWithUnit(cellText(row, column), unit, decimalComma);
      if (value === NOT_A_NUMBER || value === NOT_EXACT) {
        this.#refuse(row, `${mapping.fields[i]?.header} is ${shownCell(cellText(row, column))}: ${wordsOf(value, unit)}`);
        return false;
      }
      if (isSignUnclear && hasComma(bytes, starts[column]!, ends[column]!)) {
        const cell = shownCell(cellText(row, column));
        const words = 'the comma may be a decimal sign or separate thousands: say --decimal-comma (decimal_comma), or write it without';
        this.#refuse(row, `${mapping.fields[i]?.header} is ${cell}: ${words}`);
        return false;
      }
      if (Number.isNaN(value) && starts[column] !== ends[column]) absent++;
      values[i] = value;
    }
    this.counts.absent += absent;
    return true;
  }

  /** An empty cell is no text; one of two quotes is the empty text. */
  #readTexts(row: CsvRow): boolean {
    const into = this.#texts;
    if (into === undefined) return true;
    const { mapping, dialect } = this.#options;
    for (const [i, { column, header }] of mapping.texts.entries()) {
      const start = row.starts[column]!;
      const end = row.ends[column]!;
      const plain = row.quotes[column] === 0;
      const text = plain && start === end ? null : cellText(row, column);
      if (text !== null && isBroken(text, row.bytes.subarray(start, end), dialect.encoding)) {
        this.#refuse(row, `${header} ${brokenWords(dialect.encoding)}`);
        return false;
      }
      into[i] = text !== null && plain && isAbsentText(text) ? null : text;
    }
    const problem = textProblem(into, mapping.texts);
    if (problem !== undefined) this.#refuse(row, problem);
    return problem === undefined;
  }

  #cells(): string[] {
    const row = this.#current;
    return row === undefined ? [] : Array.from({ length: row.cells }, (_, cell) => cellText(row, cell));
  }

  #refuse(row: CsvRow, reason: string): void {
    this.counts.refuse(row.number, reason);
  }
}

function lineOf(cells: readonly string[], delimiter: string): string {
  const quoted = (cell: string): string => (/["\r\n#]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return cells.map(quoted).join(delimiter);
}

function wordsOf(value: number, unit: string | undefined): string {
  if (value === NOT_EXACT) return NOT_EXACT_WORDS;
  return unit === undefined ? NOT_A_NUMBER_WORDS : `no number with ${unit} behind it`;
}

function hasComma(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === COMMA) return true;
  return false;
}

function numberWithUnit(cell: string, unit: string, comma: boolean): number {
  const found = withUnit(cell, comma);
  if (found === undefined) return Number.isNaN(numberOfText(cell, comma)) ? Number.NaN : NOT_A_NUMBER;
  return found.unit === unit ? numberOfText(found.number, comma) : NOT_A_NUMBER;
}
