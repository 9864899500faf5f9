// Finds the series of a row by the bytes of its cells: a string is made once a series, not once a row.
import { MusterError } from '../../../common/muster-error.ts';
import { isAbsentText } from '../absent-words.ts';
import { type ImportSeries, seriesProblem } from '../batch-builder.ts';
import type { RowSink } from '../import-source.ts';
import { MAX_SERIES } from '../tuple-series.ts';
import { brokenWords, type CsvEncoding, isBroken } from './csv-encoding.ts';
import { type CsvRow, cellText } from './csv-scanner.ts';

/** Of a cell in a joined key: how it was quoted, and its length. */
const CELL_HEAD = 5;
const QUOTE = 0x22;

interface Slot {
  hash: number;
  key: DataView;
  /** Or why no row of these cells can be taken. */
  series: ImportSeries | string;
}

export class SeriesTable {
  readonly #builder: RowSink;
  /** Column of the node's name, -1 where `node` names it. */
  readonly #nodeColumn: number;
  readonly #node: string;
  readonly #file: { encoding: CsvEncoding; header: readonly string[] };
  readonly #columns: Int32Array;
  /** The columns stand side by side in the file: their bytes are one key as they are, where no cell of them is quoted. */
  readonly #adjacent: boolean;
  #slots: (Slot | undefined)[] = new Array(1024);
  #count = 0;
  /** Of the bytes that rows point into. */
  #bytes: Buffer | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** The key of a row whose cells are quoted or stand apart: a quote, with which no plain cell begins, then each cell with its head. */
  #joined = new Uint8Array(256);
  #joinedView: DataView = viewOf(this.#joined);

  constructor(
    builder: RowSink,
    node: { column: number; name: string },
    tagColumns: readonly number[],
    file: { encoding: CsvEncoding; header: readonly string[] } = { encoding: 'utf-8', header: [] },
  ) {
    this.#builder = builder;
    this.#nodeColumn = node.column;
    this.#node = node.name;
    this.#file = file;
    this.#columns = Int32Array.from(node.column < 0 ? tagColumns : [node.column, ...tagColumns]);
    this.#adjacent = this.#columns.length > 0 && this.#columns.every((column, i) => column === this.#columns[0]! + i);
  }

  /** The series, or why the row has none. Throws `limit_exceeded` beyond a million. */
  find(row: CsvRow): ImportSeries | string {
    if (this.#adjacent && this.#plain(row)) {
      if (row.bytes !== this.#bytes) {
        this.#bytes = row.bytes;
        this.#view = viewOf(row.bytes);
      }
      const columns = this.#columns;
      return this.#lookUp(row, this.#view, row.starts[columns[0]!] as number, row.ends[columns[columns.length - 1]!] as number);
    }
    const end = this.#join(row);
    return this.#lookUp(row, this.#joinedView, 0, end);
  }

  #plain({ quotes }: CsvRow): boolean {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) if (quotes[columns[i]!] !== 0) return false;
    return true;
  }

  #join({ bytes, starts, ends, quotes }: CsvRow): number {
    let length = 1;
    for (const column of this.#columns) length += ends[column]! - starts[column]! + CELL_HEAD;
    if (length > this.#joined.length) {
      this.#joined = new Uint8Array(length * 2);
      this.#joinedView = viewOf(this.#joined);
    }
    let at = 1;
    this.#joined[0] = QUOTE;
    for (const column of this.#columns) {
      const end = ends[column]!;
      const start = starts[column]!;
      this.#joined[at] = quotes[column]!;
      this.#joinedView.setUint32(at + 1, end - start);
      at += CELL_HEAD;
      for (let from = start; from < end; from++) this.#joined[at++] = bytes[from]!;
    }
    return at;
  }

  #lookUp(row: CsvRow, view: DataView, start: number, end: number): ImportSeries | string {
    const hash = hashOf(view, start, end);
    const mask = this.#slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at];
      if (slot === undefined) return this.#add(row, hash, at, view, start, end);
      if (slot.hash === hash && same(view, start, end, slot.key)) return slot.series;
    }
  }

  #add(row: CsvRow, hash: number, at: number, view: DataView, start: number, end: number): ImportSeries | string {
    if (this.#count >= MAX_SERIES)
      throw new MusterError(
        'limit_exceeded',
        `the file has more than ${MAX_SERIES} series at row ${row.number}: name fewer tags with --tags`,
      );
    const key = new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice();
    const series = this.#make(row);
    this.#slots[at] = { hash, key: viewOf(key), series };
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#enlarge();
    return series;
  }

  #make(row: CsvRow): ImportSeries | string {
    const { encoding, header } = this.#file;
    const texts: string[] = [];
    for (const column of this.#columns) {
      const text = cellText(row, column);
      const name = header[column] ?? `column ${column + 1}`;
      if (isBroken(text, row.bytes.subarray(row.starts[column], row.ends[column]), encoding)) return `${name} ${brokenWords(encoding)}`;
      if (text.includes('\0')) return `${name} has a NUL character in it, which no text may have`;
      // Blanks around a cell are of the file, blanks in quotes of the text.
      const own = row.quotes[column] === 0 ? text.trim() : text;
      texts.push(isAbsentText(own) ? '' : own);
    }
    const name = this.#nodeColumn < 0 ? this.#node : (texts.shift() as string);
    const series: ImportSeries = { node: this.#builder.node(name), name, tagValues: texts, index: -1 };
    return seriesProblem(series) ?? series;
  }

  #enlarge(): void {
    const slots: (Slot | undefined)[] = new Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (const slot of this.#slots) {
      if (slot === undefined) continue;
      let at = slot.hash & mask;
      while (slots[at] !== undefined) at = (at + 1) & mask;
      slots[at] = slot;
    }
    this.#slots = slots;
  }
}

/** Four bytes at a time: the keys of most files are a hundred bytes and more. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash ^ (hash >>> 13);
}

function same(view: DataView, start: number, end: number, key: DataView): boolean {
  const length = end - start;
  if (key.byteLength !== length) return false;
  let at = 0;
  for (; at + 4 <= length; at += 4) if (view.getInt32(start + at, true) !== key.getInt32(at, true)) return false;
  for (; at < length; at++) if (view.getUint8(start + at) !== key.getUint8(at)) return false;
  return true;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
