// Walks one column of a Parquet file from page to page and hands out its values a window at a time: what it holds is one page and the dictionary.
import type { FileHandle } from 'node:fs/promises';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { ColumnMetaData, DecodedArray, Encoding, PageHeader, SchemaElement } from 'hyparquet/src/types.js';
import { MusterError } from '../../../common/muster-error.ts';
import { decompress, MAX_PAGE_BYTES } from './decompress.ts';
import { HybridRuns } from './hybrid-runs.ts';

export type Window = Float64Array | Uint32Array;

/** What the values of a column become: doubles (NaN where there is none) or ids (0). */
export interface ColumnReading<W extends Window> {
  readonly absent: number;
  make(length: number): W;
  convert(stored: DecodedArray): W;
}

interface Page<W extends Window> {
  rows: number;
  /** 1 where the row has a value; undefined where each has. */
  present: HybridRuns | undefined;
  /** Indexes into `values`, or undefined where `values` has one for each row that has one. */
  indexes: HybridRuns | undefined;
  values: W;
  /** Of `values`, where there are no indexes. */
  at: number;
}

const HEAD_BYTES = 16 * 1024;
const LARGEST_HEAD_BYTES = 8 * 1024 * 1024;
/** Rows of a page whose encoding may pack any number of them into a few bytes, and is unpacked as a whole. */
const MAX_UNPACKED_ROWS = 4_000_000;
const SCRATCH_ROWS = 16_384;

export class ColumnCursor<W extends Window> {
  readonly #file: FileHandle;
  readonly #element: SchemaElement;
  readonly #meta: ColumnMetaData;
  readonly #reading: ColumnReading<W>;
  readonly #flags = new Uint32Array(SCRATCH_ROWS);
  readonly #indexes = new Uint32Array(SCRATCH_ROWS);
  /** In the file: the next page's head, and the end of the column's last page. */
  #position: number;
  readonly #end: number;
  #dictionary: W | undefined;
  #page: Page<W> | undefined;

  /** One chunk: the column in one row group. */
  constructor(file: FileHandle, fileBytes: number, element: SchemaElement, meta: ColumnMetaData, reading: ColumnReading<W>) {
    this.#file = file;
    this.#element = element;
    this.#meta = meta;
    this.#reading = reading;
    const first = Number(meta.data_page_offset);
    const dictionary = Number(meta.dictionary_page_offset ?? 0);
    this.#position = dictionary > 0 ? Math.min(dictionary, first) : first;
    this.#end = this.#position + Number(meta.total_compressed_size);
    if (!(this.#position >= 4 && this.#end <= fileBytes)) throw new MusterError('malformed', 'its pages lie outside of the file');
  }

  /** The next `count` rows. Throws `malformed` where the column has fewer, `limit_exceeded` for a page that is too large. */
  async read(into: W, count: number): Promise<void> {
    for (let at = 0; at < count; ) {
      while (this.#page === undefined || this.#page.rows === 0) this.#page = await this.#nextPage();
      const take = Math.min(count - at, this.#page.rows, SCRATCH_ROWS);
      this.#take(this.#page, into, at, take);
      at += take;
    }
  }

  #take(page: Page<W>, into: W, at: number, count: number): void {
    const flags = this.#flags;
    let values = count;
    if (page.present !== undefined) {
      page.present.read(flags, 0, count);
      values = 0;
      for (let i = 0; i < count; i++) values += flags[i] as number;
    }
    page.rows -= count;
    const from = page.values;
    if (page.indexes === undefined) {
      if (values === count) into.set(from.subarray(page.at, page.at + count), at);
      else for (let i = 0, v = page.at; i < count; i++) into[at + i] = flags[i] === 0 ? this.#reading.absent : (from[v++] as number);
      page.at += values;
      return;
    }
    const indexes = this.#indexes;
    page.indexes.read(indexes, 0, values);
    for (let i = 0, v = 0; i < count; i++) {
      if (page.present !== undefined && flags[i] === 0) {
        into[at + i] = this.#reading.absent;
        continue;
      }
      const value = from[indexes[v++] as number];
      if (value === undefined) throw new MusterError('malformed', 'a value is not in its dictionary');
      into[at + i] = value;
    }
  }

  /** Undefined for a page without rows. */
  async #nextPage(): Promise<Page<W> | undefined> {
    if (this.#position >= this.#end) throw new MusterError('malformed', 'it has fewer rows than its row group');
    const { head, bytes } = await this.#readHead();
    const length = head.compressed_page_size;
    if (!(length >= 0 && this.#position + bytes + length <= this.#end)) throw new MusterError('malformed', 'a page goes beyond its column');
    if (length > MAX_PAGE_BYTES)
      throw new MusterError(
        'limit_exceeded',
        `a page has ${length} bytes, at most ${MAX_PAGE_BYTES} are taken: write it with smaller pages`,
      );
    const body = await this.#readAt(this.#position + bytes, length);
    this.#position += bytes + length;
    if (head.type === 'DICTIONARY_PAGE') this.#dictionary = this.#readDictionary(head, body);
    else if (head.type === 'DATA_PAGE') return this.#readPage(head, body);
    else if (head.type === 'DATA_PAGE_V2') return this.#readPageV2(head, body);
    return undefined;
  }

  async #readHead(): Promise<{ head: PageHeader; bytes: number }> {
    const most = this.#end - this.#position;
    for (let length = HEAD_BYTES; ; length *= 16) {
      const bytes = await this.#readAt(this.#position, Math.min(length, most));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
      try {
        return { head: parquetHeader(reader), bytes: reader.offset };
      } catch (error) {
        // It may only be longer than what was read.
        if (length >= most || length >= LARGEST_HEAD_BYTES) throw error;
      }
    }
  }

  async #readAt(position: number, length: number): Promise<Uint8Array> {
    // Its own memory, so that a view that reaches too far cannot read a neighbour's.
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, position);
    if (bytesRead < length) throw new MusterError('malformed', 'the file ends within a page');
    return bytes;
  }

  #readDictionary(head: PageHeader, body: Uint8Array): W {
    const bytes = decompress(body, this.#meta.codec, head.uncompressed_page_size);
    const count = head.dictionary_page_header?.num_values ?? 0;
    return this.#reading.convert(readPlain(readerOf(bytes, 0), this.#meta.type, count, this.#element.type_length));
  }

  #readPage({ data_page_header: head, uncompressed_page_size }: PageHeader, body: Uint8Array): Page<W> {
    if (head === undefined) throw new MusterError('malformed', 'a page has no head');
    const bytes = decompress(body, this.#meta.codec, uncompressed_page_size);
    if (this.#element.repetition_type === 'REQUIRED') return this.#page1(head.num_values, undefined, 0, head.encoding, bytes, 0);
    if (head.definition_level_encoding !== 'RLE')
      throw new MusterError(
        'malformed',
        `its levels are in ${head.definition_level_encoding}, which is not read: write it with a newer program`,
      );
    const length = readerOf(bytes, 0).view.getUint32(0, true);
    const levels = (): HybridRuns => new HybridRuns(bytes, 4, 4 + length, 1);
    return this.#page1(head.num_values, levels(), countAbsent(levels(), head.num_values, this.#flags), head.encoding, bytes, 4 + length);
  }

  #readPageV2({ data_page_header_v2: head, uncompressed_page_size }: PageHeader, body: Uint8Array): Page<W> {
    if (head === undefined) throw new MusterError('malformed', 'a page has no head');
    const { definition_levels_byte_length: levels, repetition_levels_byte_length: repeats, num_nulls } = head;
    const rest = body.subarray(levels + repeats);
    const bytes = head.is_compressed === false ? rest : decompress(rest, this.#meta.codec, uncompressed_page_size - levels - repeats);
    const optional = this.#element.repetition_type !== 'REQUIRED' && num_nulls > 0;
    const present = optional ? new HybridRuns(body, repeats, repeats + levels, 1) : undefined;
    // A view of its own memory: the values are read as if they began at 0.
    return this.#page1(head.num_values, present, num_nulls, head.encoding, head.is_compressed === false ? rest.slice() : bytes, 0);
  }

  #page1(rows: number, present: HybridRuns | undefined, nulls: number, encoding: Encoding, bytes: Uint8Array, start: number): Page<W> {
    if (!(rows >= 0 && nulls >= 0 && nulls <= rows)) throw new MusterError('malformed', `a page says it has ${rows} rows`);
    const page = { rows, present: nulls === 0 ? undefined : present, at: 0 };
    const none = this.#reading.make(0);
    if (nulls === rows) return { ...page, indexes: undefined, values: none };
    if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      if (this.#dictionary === undefined) throw new MusterError('malformed', 'its dictionary is missing');
      return { ...page, indexes: new HybridRuns(bytes, start + 1, bytes.length, bytes[start] ?? 0), values: this.#dictionary };
    }
    if (this.#meta.type === 'BOOLEAN') {
      const values = this.#reading.convert([false, true]);
      if (encoding === 'PLAIN') return { ...page, indexes: HybridRuns.bits(bytes, start), values };
      if (encoding === 'RLE') return { ...page, indexes: new HybridRuns(bytes, start + 4, bytes.length, 1), values };
    }
    return { ...page, indexes: undefined, values: this.#reading.convert(this.#decode(encoding, bytes, start, rows - nulls)) };
  }

  #decode(encoding: Encoding, bytes: Uint8Array, start: number, count: number): DecodedArray {
    const { type } = this.#meta;
    const reader = readerOf(bytes, start);
    if (encoding === 'PLAIN') return readPlain(reader, type, count, this.#element.type_length);
    if (count > MAX_UNPACKED_ROWS)
      throw new MusterError(
        'limit_exceeded',
        `a page has ${count} rows in ${encoding}, at most ${MAX_UNPACKED_ROWS} are taken: write it with smaller pages`,
      );
    if (encoding === 'BYTE_STREAM_SPLIT') return byteStreamSplit(reader, count, type, this.#element.type_length);
    if (encoding === 'DELTA_BINARY_PACKED') {
      const out = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
      deltaBinaryUnpack(reader, count, out);
      return out;
    }
    const out = new Array<Uint8Array>(count);
    if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') deltaLengthByteArray(reader, count, out);
    else if (encoding === 'DELTA_BYTE_ARRAY') deltaByteArray(reader, count, out);
    else throw new MusterError('malformed', `its encoding ${encoding} is not known`);
    return out;
  }
}

function readerOf(bytes: Uint8Array, offset: number): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset };
}

function countAbsent(levels: HybridRuns, rows: number, scratch: Uint32Array): number {
  let absent = rows;
  for (let at = 0; at < rows; at += scratch.length) {
    const count = Math.min(scratch.length, rows - at);
    levels.read(scratch, 0, count);
    for (let i = 0; i < count; i++) absent -= scratch[i] as number;
  }
  return absent;
}
