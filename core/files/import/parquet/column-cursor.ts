// Walks one column of a Parquet file from page to page and hands out its values a window at a time: what it holds is one page and the dictionary, or
// neither while it is parked.
import type { FileHandle } from 'node:fs/promises';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { ColumnMetaData, DecodedArray, Encoding, PageHeader, SchemaElement } from 'hyparquet/src/types.js';
import { MusterError } from '../../../common/muster-error.ts';
import { decompress, MAX_PAGE_BYTES } from './decompress.ts';
import { HybridRuns } from './hybrid-runs.ts';

export type Texts = (string | null)[];
export type Window = Float64Array | Uint32Array | Texts;

/** What the values of a column become: doubles (NaN where there is none), ids (0) or texts (null). */
export interface ColumnReading<W extends Window> {
  readonly absent: W[number];
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
  /** Of the file: its head. */
  position: number;
  /** Rows that were handed out. */
  passed: number;
}

const HEAD_BYTES = 16 * 1024;
const LARGEST_HEAD_BYTES = 8 * 1024 * 1024;
/** Rows of a page whose encoding may pack any number of them into a few bytes, and is unpacked as a whole. */
const MAX_UNPACKED_ROWS = 4_000_000;
const SCRATCH_ROWS = 16_384;
/** Of a page's bytes: they, and the values that were made of them. */
const HELD_FACTOR = 2;
/** Of all cursors, between two waits. */
const FLAGS = new Uint32Array(SCRATCH_ROWS);
const INDEXES = new Uint32Array(SCRATCH_ROWS);

export class ColumnCursor<W extends Window> {
  readonly #file: FileHandle;
  readonly #element: SchemaElement;
  readonly #meta: ColumnMetaData;
  readonly #reading: ColumnReading<W>;
  /** In the file: the next page's head, and the end of the column's last page. */
  #position: number;
  readonly #end: number;
  #dictionaryAt: number;
  #dictionary: W | undefined;
  #page: Page<W> | undefined;
  #parked: Pick<Page<W>, 'position' | 'passed'> | undefined;
  #pageBytes = 0;
  #dictionaryBytes = 0;

  /** One chunk: the column in one row group. */
  constructor(file: FileHandle, fileBytes: number, element: SchemaElement, meta: ColumnMetaData, reading: ColumnReading<W>) {
    this.#file = file;
    this.#element = element;
    this.#meta = meta;
    this.#reading = reading;
    const first = Number(meta.data_page_offset);
    const dictionary = Number(meta.dictionary_page_offset ?? 0);
    this.#position = dictionary > 0 ? Math.min(dictionary, first) : first;
    this.#dictionaryAt = dictionary > 0 && dictionary < first ? dictionary : -1;
    this.#end = this.#position + Number(meta.total_compressed_size);
    if (!(this.#position >= 4 && this.#end <= fileBytes)) throw new MusterError('malformed', 'its pages lie outside of the file');
  }

  /** Bytes of memory, about. */
  get held(): number {
    return (this.#pageBytes + this.#dictionaryBytes) * HELD_FACTOR;
  }

  /** Gives its memory back. The next read begins with reading the page and the dictionary once more. */
  park(): void {
    if (this.#page !== undefined && this.#page.rows > 0) this.#parked = { position: this.#page.position, passed: this.#page.passed };
    this.#page = undefined;
    this.#dictionary = undefined;
    this.#pageBytes = 0;
    this.#dictionaryBytes = 0;
  }

  /** The next `count` rows. Throws `malformed` where the column has fewer, `limit_exceeded` for a page that is too large. */
  async read(into: W, count: number): Promise<void> {
    await this.#resume();
    for (let at = 0; at < count; ) {
      while (this.#page === undefined || this.#page.rows === 0) this.#page = await this.#nextPage();
      const take = Math.min(count - at, this.#page.rows, SCRATCH_ROWS);
      this.#take(this.#page, into, at, take);
      at += take;
    }
  }

  async #resume(): Promise<void> {
    if (this.#dictionary === undefined && this.#dictionaryAt >= 0 && this.#dictionaryAt < this.#position) {
      const next = this.#position;
      this.#position = this.#dictionaryAt;
      await this.#nextPage();
      this.#position = next;
    }
    const parked = this.#parked;
    if (parked === undefined) return;
    this.#parked = undefined;
    this.#position = parked.position;
    const page = await this.#nextPage();
    for (let left = parked.passed; page !== undefined && left > 0; left -= SCRATCH_ROWS) pass(page, Math.min(left, SCRATCH_ROWS));
    this.#page = page;
  }

  #take(page: Page<W>, into: W, at: number, count: number): void {
    const first = page.at;
    const values = pass(page, count);
    const from = page.values;
    const { absent } = this.#reading;
    if (page.indexes === undefined) {
      if (values === count) copy(from, first, into, at, count);
      else for (let i = 0, v = first; i < count; i++) into[at + i] = FLAGS[i] === 0 ? absent : (from[v++] as W[number]);
      return;
    }
    for (let i = 0, v = 0; i < count; i++) {
      if (page.present !== undefined && FLAGS[i] === 0) {
        into[at + i] = absent;
        continue;
      }
      const value = from[INDEXES[v++]!];
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
    const position = this.#position;
    const body = await this.#readAt(position + bytes, length);
    this.#position += bytes + length;
    if (head.type === 'DICTIONARY_PAGE') {
      // Older writers do not tell where it is: a column that was parked has to find it again.
      this.#dictionaryAt = position;
      this.#dictionary = this.#readDictionary(head, body);
      this.#dictionaryBytes = head.uncompressed_page_size;
    } else if (head.type === 'DATA_PAGE' || head.type === 'DATA_PAGE_V2') {
      const page = head.type === 'DATA_PAGE' ? this.#readPage(head, body) : this.#readPageV2(head, body);
      this.#pageBytes = head.uncompressed_page_size;
      return { ...page, position };
    }
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
    return this.#page1(head.num_values, levels(), countAbsent(levels(), head.num_values), head.encoding, bytes, 4 + length);
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
    const page = { rows, present: nulls === 0 ? undefined : present, at: 0, position: 0, passed: 0 };
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

function countAbsent(levels: HybridRuns, rows: number): number {
  let absent = rows;
  for (let at = 0; at < rows; at += SCRATCH_ROWS) {
    const count = Math.min(SCRATCH_ROWS, rows - at);
    levels.read(FLAGS, 0, count);
    for (let i = 0; i < count; i++) absent -= FLAGS[i]!;
  }
  return absent;
}

/** Goes over rows of a page, `SCRATCH_ROWS` at most, and returns how many of them have a value: FLAGS say which, INDEXES where it is. */
function pass(page: Page<Window>, count: number): number {
  let values = count;
  if (page.present !== undefined) {
    page.present.read(FLAGS, 0, count);
    values = 0;
    for (let i = 0; i < count; i++) values += FLAGS[i]!;
  }
  page.rows -= count;
  page.passed += count;
  if (page.indexes === undefined) page.at += values;
  else page.indexes.read(INDEXES, 0, values);
  return values;
}

function copy<W extends Window>(from: W, start: number, into: W, at: number, count: number): void {
  if (Array.isArray(into) || Array.isArray(from)) for (let i = 0; i < count; i++) into[at + i] = from[start + i] as W[number];
  else into.set(from.subarray(start, start + count), at);
}
