// Reads the run-length and bit-packed hybrid of Parquet's levels and dictionary indexes piece by piece: a page of a few bytes may stand for millions
// of rows. Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/
import { MusterError } from '../../../common/muster-error.ts';

const MAX_WIDTH = 32;

export class HybridRuns {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  #at: number;
  /** Values of the run under way that are not read yet. */
  #left = 0;
  /** The run's one value; undefined where it is bit-packed. */
  #value: number | undefined;
  /** Of the next bit-packed value, from the beginning of `bytes`. */
  #bit = 0;

  constructor(bytes: Uint8Array, start: number, end: number, width: number) {
    if (width > MAX_WIDTH || end > bytes.length || start > end) throw new MusterError('malformed', 'a run of values does not fit its page');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#width = width;
  }

  /** Plain booleans: one bit-packed run without a head. */
  static bits(bytes: Uint8Array, start: number): HybridRuns {
    const runs = new HybridRuns(bytes, start, bytes.length, 1);
    runs.#left = (bytes.length - start) * 8;
    runs.#bit = start * 8;
    runs.#at = bytes.length;
    return runs;
  }

  /** The next `count` values. Throws `malformed` where there are fewer. */
  read(into: Uint32Array, at: number, count: number): void {
    for (let from = at, last = at + count; from < last; ) {
      if (this.#left === 0) this.#nextRun();
      const take = Math.min(this.#left, last - from);
      if (this.#value !== undefined) into.fill(this.#value, from, from + take);
      else this.#unpack(into, from, take);
      this.#left -= take;
      from += take;
    }
  }

  #nextRun(): void {
    let head = 0;
    let byte = 0x80;
    for (let shift = 0; byte & 0x80; shift += 7) {
      if (this.#at >= this.#end || shift > 28) throw new MusterError('malformed', 'a page has fewer values than its head says');
      byte = this.#bytes[this.#at++]!;
      head |= (byte & 0x7f) << shift;
    }
    const count = head >>> 1;
    if (head & 1) {
      this.#value = undefined;
      this.#left = count * 8;
      this.#bit = this.#at * 8;
      // The last run may be cut where its values end.
      this.#at = Math.min(this.#end, this.#at + count * this.#width);
      return;
    }
    const bytes = (this.#width + 7) >> 3;
    if (this.#at + bytes > this.#end) throw new MusterError('malformed', 'a page has fewer values than its head says');
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= this.#bytes[this.#at++]! << (8 * i);
    this.#value = value >>> 0;
    this.#left = count;
  }

  #unpack(into: Uint32Array, at: number, count: number): void {
    const bytes = this.#bytes;
    const width = this.#width;
    if (width === 0) {
      into.fill(0, at, at + count);
      return;
    }
    let bit = this.#bit;
    if (Math.ceil((bit + count * width) / 8) > this.#end) throw new MusterError('malformed', 'a page has fewer values than its head says');
    const mask = width === 32 ? -1 : (1 << width) - 1;
    for (let i = at; i < at + count; i++, bit += width) {
      const byte = bit >>> 3;
      const shift = bit & 7;
      // Beyond the end there is `undefined`, which is 0 here and masked out.
      const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24);
      let value = word >>> shift;
      if (shift + width > 32) value |= bytes[byte + 4]! << (32 - shift);
      into[i] = value & mask;
    }
    this.#bit = bit;
  }
}
