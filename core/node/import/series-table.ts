// Finds the series of a row by the bytes of its cells: a string is made once a series, not once a row.
import { MusterError } from '../../common/muster-error.ts';
import type { ImportSeries } from './batch-builder.ts';
import { type CsvRow, cellText } from './csv-scanner.ts';
import type { RowSink } from './import-source.ts';
import { MAX_SERIES } from './tuple-series.ts';

const SEPARATOR = 0x1f;

interface Slot {
  hash: number;
  /** The cells' bytes, each followed by a separator. */
  key: Buffer;
  series: ImportSeries;
}

export class SeriesTable {
  readonly #builder: RowSink;
  /** Column of the node's name, -1 where `node` names it. */
  readonly #nodeColumn: number;
  readonly #node: string;
  readonly #tagColumns: readonly number[];
  readonly #columns: Int32Array;
  #slots: (Slot | undefined)[] = new Array(1024);
  #count = 0;

  constructor(builder: RowSink, node: { column: number; name: string }, tagColumns: readonly number[]) {
    this.#builder = builder;
    this.#nodeColumn = node.column;
    this.#node = node.name;
    this.#tagColumns = tagColumns;
    this.#columns = Int32Array.from(node.column < 0 ? tagColumns : [node.column, ...tagColumns]);
  }

  /** Throws `limit_exceeded` beyond a million series. */
  find(row: CsvRow): ImportSeries {
    const hash = this.#hash(row);
    const mask = this.#slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at];
      if (slot === undefined) return this.#add(row, hash, at);
      if (slot.hash === hash && this.#same(row, slot.key)) return slot.series;
    }
  }

  #hash(row: CsvRow): number {
    const { bytes, starts, ends } = row;
    let hash = 17;
    for (const column of this.#columns) {
      const end = ends[column] as number;
      for (let at = starts[column] as number; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
      hash = (Math.imul(hash, 31) + SEPARATOR) | 0;
    }
    return hash;
  }

  #same(row: CsvRow, key: Buffer): boolean {
    const { bytes, starts, ends } = row;
    let k = 0;
    for (const column of this.#columns) {
      const end = ends[column] as number;
      for (let at = starts[column] as number; at < end; at++) if (bytes[at] !== key[k++]) return false;
      if (key[k++] !== SEPARATOR) return false;
    }
    return k === key.length;
  }

  #add(row: CsvRow, hash: number, at: number): ImportSeries {
    if (this.#count >= MAX_SERIES)
      throw new MusterError(
        'limit_exceeded',
        `the file has more than ${MAX_SERIES} series at row ${row.number}: name fewer tags with --tags`,
      );
    const parts = Array.from(this.#columns, (column) =>
      Buffer.concat([row.bytes.subarray(row.starts[column], row.ends[column]), Buffer.of(SEPARATOR)]),
    );
    const name = this.#nodeColumn < 0 ? this.#node : cellText(row, this.#nodeColumn);
    const series = { node: this.#builder.node(name), tagValues: this.#tagColumns.map((column) => cellText(row, column)), index: -1 };
    this.#slots[at] = { hash, key: Buffer.concat(parts), series };
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#enlarge();
    return series;
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
