// Writes rows as a Parquet file, group by group: what it holds is one row group.
import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet/src/types.js';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** `time` are Unix µs, `long` numbers or, beyond 2^53, their digits. */
export type ExportType = 'double' | 'int' | 'long' | 'time' | 'boolean' | 'text';
export interface ExportColumn {
  name: string;
  type: ExportType;
}
/** Null and NaN are null. */
export type ExportCell = number | string | null;

const GROUP_ROWS = 65_536;
const PAGE_BYTES = 1024 * 1024;

const ELEMENTS: Readonly<Record<ExportType, Omit<SchemaElement, 'name' | 'repetition_type'>>> = {
  double: { type: 'DOUBLE' },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

export class ParquetExport {
  readonly #columns: readonly ExportColumn[];
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #bytes = new ByteWriter(PAGE_BYTES);
  readonly #parquet: ParquetWriter;
  #waiting: ExportCell[][];
  #rows = 0;

  /** `write` takes the file's bytes in their order. */
  constructor(columns: readonly ExportColumn[], write: (bytes: Uint8Array) => Promise<void>) {
    this.#columns = columns;
    this.#write = write;
    this.#waiting = columns.map(() => []);
    const leaves = columns.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...ELEMENTS[type] }));
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...leaves],
      // Node has Zstandard since 22.15; the window's own process is older.
      ...(typeof zstdCompressSync === 'function'
        ? { codec: 'ZSTD' as const, compressors: { ZSTD: (page: Uint8Array) => zstdCompressSync(page) } }
        : { codec: 'SNAPPY' as const }),
      createdBy: 'muster',
    });
  }

  get rows(): number {
    return this.#rows;
  }

  /** `cells` has a list for each column, all of one length. */
  async add(cells: readonly (readonly ExportCell[])[]): Promise<void> {
    const rows = cells[0]?.length ?? 0;
    this.#rows += rows;
    for (let from = 0; from < rows; ) {
      const take = Math.min(rows - from, GROUP_ROWS - (this.#waiting[0]?.length ?? 0));
      for (const [i, column] of this.#waiting.entries())
        for (let row = from; row < from + take; row++) column.push(cells[i]?.[row] ?? null);
      from += take;
      if (this.#waiting[0]?.length === GROUP_ROWS) await this.#writeGroup();
    }
  }

  /** Writes what is left, and the footer. */
  async end(): Promise<void> {
    await this.#writeGroup();
    await this.#parquet.finish();
    await this.#flush();
  }

  async #writeGroup(): Promise<void> {
    if ((this.#waiting[0]?.length ?? 0) === 0) return;
    const columnData = this.#columns.map(({ name, type }, i) => ({ name, data: (this.#waiting[i] as ExportCell[]).map(STORED[type]) }));
    await this.#parquet.write({ columnData, rowGroupSize: GROUP_ROWS, pageSize: PAGE_BYTES });
    this.#waiting = this.#columns.map(() => []);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    // A copy: the writer goes on in the same memory.
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    await this.#write(bytes);
  }
}

const number = (cell: ExportCell): number | null => (cell === null || Number.isNaN(cell) ? null : Number(cell));
const long = (cell: ExportCell): bigint | null => (cell === null || Number.isNaN(cell) ? null : BigInt(cell));

const STORED: Readonly<Record<ExportType, (cell: ExportCell) => unknown>> = {
  double: number,
  int: number,
  long,
  time: long,
  boolean: (cell) => (cell === null ? null : cell === 'true' || cell === 1),
  text: (cell) => (cell === null ? null : String(cell)),
};
