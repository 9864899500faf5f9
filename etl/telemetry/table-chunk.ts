// The lines of one request: bytes, where each row starts, and which row of which batch it was. Immutable once handed to the writer.
import { textAt } from '../../core/common/frame.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { RowValues } from './row-values.ts';
import { BINARY_DOUBLE, type TablePlan } from './table-plan.ts';

/** A commit syncs each column's file: of 20,000 rows a request QuestDB took 86,000 rows/s off the path on two full cores, of 100,000 it took 124,000. */
export const CHUNK_ROWS = 100_000;
const CHUNK_BYTES = 48 * 1024 * 1024;

/** Rows `from` and later of a chunk, until the next run, come from this frame. */
interface Run {
  from: number;
  account: BatchAccount;
  frame: DecodedFrame;
}

export class TableChunk {
  readonly table: string;
  /** Any plan of the table: what a 400 makes the schema look at again. */
  readonly shape: Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>;
  bytes: Buffer;
  length = 0;
  rows = 0;
  #starts = new Uint32Array(256);
  #rowOf = new Uint32Array(256);
  readonly #runs: Run[] = [];
  #view: DataView;
  readonly #pool: BufferPool;

  constructor(frame: DecodedFrame, pool: BufferPool) {
    this.#pool = pool;
    this.table = frame.measurement;
    this.bytes = pool.takeFor(frame.measurement);
    this.shape = frame;
    this.#view = viewOf(this.bytes);
  }

  get full(): boolean {
    return this.rows >= CHUNK_ROWS || this.length >= CHUNK_BYTES;
  }

  /** The rows that follow are of this frame. */
  begin(account: BatchAccount, frame: DecodedFrame): void {
    this.#runs.push({ from: this.rows, account, frame });
  }

  /** Writes a row whose values are all finite. */
  addFull(plan: TablePlan, prefix: Buffer, frame: DecodedFrame, row: number): void {
    const template = plan.template;
    this.#reserve(prefix.length + template.length + TIME_BYTES);
    this.#mark(row);
    const bytes = this.bytes;
    bytes.set(prefix, this.length);
    const at = this.length + prefix.length;
    bytes.set(template, at);
    const { values } = frame;
    const rows = frame.timeUs.length;
    const offsets = plan.valueOffsets;
    const view = this.#view;
    for (let i = 0, from = row; i < offsets.length; i++, from += rows) {
      // Plus zero makes 0 of -0.
      view.setFloat64(at + offsets[i]!, values[from]! + 0, true);
    }
    this.length = at + template.length;
    this.#endRow(frame.timeUs[row] as number);
  }

  /** Writes a row with absent values or texts. Absent is left away, which the database reads as NULL. */
  addSparse(plan: TablePlan, prefix: Buffer, frame: DecodedFrame, row: number): void {
    const texts = plan.textHeads.map((_, i) => {
      const text = textAt(frame, row, i);
      return text === undefined ? undefined : Buffer.from(escapeText(text));
    });
    const textBytes = texts.reduce((sum, text, i) => sum + (text?.length ?? 0) + (plan.textHeads[i] as Buffer).length + 2, 0);
    this.#reserve(prefix.length + plan.template.length + textBytes + TIME_BYTES);
    this.#mark(row);
    this.#put(prefix);
    const fieldsFrom = this.length;
    const rows = frame.timeUs.length;
    for (const [i, head] of plan.fieldHeads.entries()) {
      const value = frame.values[i * rows + row]!;
      if (Number.isNaN(value)) continue;
      if (this.length > fieldsFrom) this.bytes[this.length++] = COMMA;
      this.#put(head);
      this.#view.setFloat64(this.length, value + 0, true);
      this.length += 8;
    }
    for (const [i, text] of texts.entries()) {
      if (text === undefined) continue;
      if (this.length > fieldsFrom) this.bytes[this.length++] = COMMA;
      this.#put(plan.textHeads[i] as Buffer);
      this.#put(text);
      this.bytes[this.length++] = QUOTE;
    }
    this.#endRow(frame.timeUs[row] as number);
  }

  /** Writes one row that has the values of several; `row` is the last of them in the frame that was begun. */
  addUnited(prefix: Buffer, timeUs: number, { fields, texts }: RowValues, row: number): void {
    let bytes = prefix.length + TIME_BYTES;
    for (const name of fields.keys()) bytes += name.length * 3 + 12;
    for (const [name, text] of texts) bytes += name.length * 3 + text.length * 6 + 4;
    this.#reserve(bytes);
    this.#mark(row);
    this.#put(prefix);
    const from = this.length;
    for (const [name, value] of fields) {
      if (this.length > from) this.bytes[this.length++] = COMMA;
      this.length += this.bytes.write(`${name}==`, this.length);
      this.bytes[this.length++] = BINARY_DOUBLE;
      this.#view.setFloat64(this.length, value, true);
      this.length += 8;
    }
    for (const [name, text] of texts) {
      if (this.length > from) this.bytes[this.length++] = COMMA;
      this.length += this.bytes.write(`${name}="${escapeText(text)}"`, this.length);
    }
    this.#endRow(timeUs);
  }

  /** The bytes of rows `from` to `to` (exclusive). */
  slice(from: number, to: number): Buffer {
    const end = to < this.rows ? this.#starts[to]! : this.length;
    return this.bytes.subarray(this.#starts[from]!, end);
  }

  /** Where row `index` of the chunk came from. */
  source(index: number): { account: BatchAccount; frame: DecodedFrame; row: number } {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#runs[middle] as Run).from <= index) low = middle;
      else high = middle - 1;
    }
    const { account, frame } = this.#runs[low] as Run;
    return { account, frame, row: this.#rowOf[index]! };
  }

  /** Gives the bytes back; nothing may be asked of them afterwards. */
  release(): void {
    this.#pool.giveFrom(this.table, this.bytes, this.length);
    this.bytes = NO_BYTES;
    this.#view = viewOf(NO_BYTES);
  }

  #mark(row: number): void {
    if (this.rows === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#rowOf = grown(this.#rowOf);
    }
    this.#starts[this.rows] = this.length;
    this.#rowOf[this.rows] = row;
    this.rows++;
  }

  #put(part: Buffer): void {
    this.bytes.set(part, this.length);
    this.length += part.length;
  }

  /** ` 1700000000000000\n`: the time window only lets through times of 16 digits. */
  #endRow(timeUs: number): void {
    const bytes = this.bytes;
    const at = this.length;
    bytes[at] = SPACE;
    let high = Math.floor(timeUs / 1e8);
    let low = timeUs - high * 1e8;
    for (let i = 16; i > 8; i--) {
      const rest = (low / 10) | 0;
      bytes[at + i] = ZERO + low - rest * 10;
      low = rest;
    }
    for (let i = 8; i > 0; i--) {
      const rest = (high / 10) | 0;
      bytes[at + i] = ZERO + high - rest * 10;
      high = rest;
    }
    bytes[at + 17] = NEWLINE;
    this.length = at + TIME_BYTES;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = this.#pool.take(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.#pool.give(this.bytes);
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

const NO_BYTES = Buffer.alloc(0);
const TIME_BYTES = 18;
const COMMA = 44;
const QUOTE = 34;
const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function escapeText(text: string): string {
  return text.replace(/["\\\n\r]/g, (letter) => `\\${letter}`);
}
