// Cuts the bytes of a CSV file into rows and cells, without a string a cell. Owns quotes and line ends (RFC 4180); what a cell means is elsewhere.
import { MusterError } from '../../../common/muster-error.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** A longer row is no row of a table: most likely a quote that is never closed. */
const MAX_ROW_BYTES = 1024 * 1024;
export const MAX_CELLS = 10_000;

/** One row while its handler runs: views into the scanner's buffer. */
export interface CsvRow {
  readonly bytes: Buffer;
  /** Per cell: where it begins and ends, without its quotes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Per cell: 1 where it was quoted, 2 where doubled quotes in it are still to be halved. */
  readonly quotes: Uint8Array;
  readonly cells: number;
  /** Counts from 1 for the first row of the file, header included; a newline in a field does not count. */
  readonly number: number;
}

export class CsvScanner {
  readonly #delimiter: number;
  /** No byte beyond ends a cell: most bytes of most cells are told by this one comparison. */
  readonly #lastEnd: number;
  readonly #padded: boolean;
  readonly #onRow: (row: CsvRow) => void;
  readonly #row: { -readonly [K in keyof CsvRow]: CsvRow[K] };
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the file before `#rest`. */
  #offset = 0;

  /** `delimiter` is one ASCII character; `padded` takes blanks before a cell, and behind a quoted one, for no part of it. */
  constructor(delimiter: string, onRow: (row: CsvRow) => void, padded = false) {
    this.#padded = padded;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#lastEnd = Math.max(this.#delimiter, CR);
    this.#onRow = onRow;
    this.#row = {
      bytes: this.#rest,
      starts: new Int32Array(MAX_CELLS),
      ends: new Int32Array(MAX_CELLS),
      quotes: new Uint8Array(MAX_CELLS),
      cells: 0,
      number: 0,
    };
  }

  /** Bytes of all rows handed out, with their line ends: where to go on reading. */
  get offset(): number {
    return this.#offset;
  }

  /** Of the last row handed out. */
  get rowNumber(): number {
    return this.#row.number;
  }

  /** Goes on in the middle of a file: the next row begins at `offset` and is the one after `rowNumber`. */
  seek(offset: number, rowNumber: number): void {
    this.#offset = offset;
    this.#row.number = rowNumber;
  }

  /** The next bytes of the file. Throws `malformed` for a row without end. */
  push(chunk: Buffer): void {
    this.#scan(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), false);
  }

  /** The last row may have no line end. Throws `malformed` for an open quote. */
  end(): void {
    if (this.#rest.length > 0) this.#scan(this.#rest, true);
  }

  #scan(bytes: Buffer, last: boolean): void {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#readRow(bytes, at, last);
      if (next < 0) break;
      // An empty line is no row.
      if (this.#row.cells > 1 || this.#row.starts[0] !== this.#row.ends[0] || this.#row.quotes[0] !== 0) {
        this.#row.bytes = bytes;
        this.#onRow(this.#row);
      }
      this.#offset += next - at;
      at = next;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > MAX_ROW_BYTES) {
      throw new MusterError('malformed', `row ${this.#row.number + 1} has more than ${MAX_ROW_BYTES} bytes: a quote may never be closed`);
    }
  }

  /** Where the next row begins, or -1 where this one is not whole yet. */
  #readRow(bytes: Buffer, from: number, last: boolean): number {
    const { starts, ends, quotes } = this.#row;
    const delimiter = this.#delimiter;
    const lastEnd = this.#lastEnd;
    const length = bytes.length;
    let cell = 0;
    let at = from;
    for (;;) {
      if (cell >= MAX_CELLS) throw new MusterError('malformed', `row ${this.#row.number + 1} has more than ${MAX_CELLS} cells`);
      if (this.#padded) {
        while (bytes[at] === SPACE) at++;
        if (at >= length && !last) return -1;
      }
      starts[cell] = at;
      quotes[cell] = 0;
      if (bytes[at] === QUOTE) {
        const close = this.#closingQuote(bytes, at + 1, cell);
        if (close < 0) {
          if (last) throw new MusterError('malformed', `row ${this.#row.number + 1} has a quote that is never closed`);
          return -1;
        }
        starts[cell] = at + 1;
        ends[cell] = close;
        at = close + 1;
        if (this.#padded) while (bytes[at] === SPACE) at++;
        // After the closing quote only a delimiter or a line end is right; anything else belongs to no cell.
        if (at < length && bytes[at] !== delimiter && bytes[at] !== LF && bytes[at] !== CR) {
          throw new MusterError(
            'malformed',
            `row ${this.#row.number + 1} goes on after a closing quote: quotes inside a field are doubled`,
          );
        }
        if (at === length && !last) return -1;
      } else {
        let byte = 0;
        while (at < length) {
          byte = bytes[at]!;
          if (byte <= lastEnd && (byte === delimiter || byte === LF || byte === CR)) break;
          at++;
        }
        if (at === length && !last) return -1;
        ends[cell] = at;
      }
      cell++;
      if (at < length && bytes[at] === delimiter) {
        at++;
        if (at < length || !last) {
          if (at === length) return -1;
          continue;
        }
        starts[cell] = at;
        ends[cell] = at;
        quotes[cell] = 0;
        cell++;
      }
      break;
    }
    if (at < length && bytes[at] === CR) {
      if (at + 1 === length && !last) return -1;
      at++;
      if (bytes[at] === LF) at++;
    } else if (at < length) {
      at++;
    }
    this.#row.cells = cell;
    this.#row.number++;
    return at;
  }

  #closingQuote(bytes: Buffer, from: number, cell: number): number {
    const quotes = this.#row.quotes;
    quotes[cell] = 1;
    for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
      if (at + 1 === bytes.length) return at;
      if (bytes[at + 1] !== QUOTE) return at;
      quotes[cell] = 2;
    }
    return -1;
  }
}

/** A cell as text: valid UTF-8 or not, doubled quotes halved. */
export function cellText(row: CsvRow, cell: number): string {
  const text = row.bytes.toString('utf8', row.starts[cell], row.ends[cell]);
  return row.quotes[cell] === 2 ? text.replaceAll('""', '"') : text;
}
