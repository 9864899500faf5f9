// Finds the series of a row by small integers that stand for its tags: no text is looked at once its number is known.
import { MusterError } from '../../common/muster-error.ts';
import type { ImportSeries } from './batch-builder.ts';

export const MAX_SERIES = 1_000_000;

export class TupleSeries {
  readonly #width: number;
  readonly #make: (tuple: Uint32Array) => ImportSeries;
  /** Tuples one after the other, in the order of `#series`. */
  #tuples: Uint32Array;
  readonly #series: ImportSeries[] = [];
  /** Position in `#series` + 1, 0 where there is none; a power of two long. */
  #slots = new Int32Array(1024);

  /** `make` is asked once a tuple. */
  constructor(width: number, make: (tuple: Uint32Array) => ImportSeries) {
    this.#width = width;
    this.#make = make;
    this.#tuples = new Uint32Array(width * 256);
  }

  /** The series of the tuple that stands in `tuples` from `from` on. Throws `limit_exceeded` beyond a million. */
  find(tuples: Uint32Array, from = 0): ImportSeries {
    const mask = this.#slots.length - 1;
    for (let at = hashOf(tuples, from, this.#width) & mask; ; at = (at + 1) & mask) {
      const found = this.#slots[at]!;
      if (found === 0) return this.#add(tuples.slice(from, from + this.#width), at);
      if (this.#same(tuples, from, (found - 1) * this.#width)) return this.#series[found - 1] as ImportSeries;
    }
  }

  #same(tuples: Uint32Array, from: number, at: number): boolean {
    const known = this.#tuples;
    for (let i = 0; i < this.#width; i++) if (tuples[from + i] !== known[at + i]) return false;
    return true;
  }

  #add(tuple: Uint32Array, at: number): ImportSeries {
    if (this.#series.length >= MAX_SERIES)
      throw new MusterError('limit_exceeded', `the file has more than ${MAX_SERIES} series: name fewer tags with --tags`);
    const series = this.#make(tuple);
    const from = this.#series.length * this.#width;
    if (from + this.#width > this.#tuples.length) {
      const larger = new Uint32Array(this.#tuples.length * 2);
      larger.set(this.#tuples);
      this.#tuples = larger;
    }
    this.#tuples.set(tuple, from);
    this.#slots[at] = this.#series.push(series);
    if (this.#series.length * 2 > this.#slots.length) this.#enlarge();
    return series;
  }

  #enlarge(): void {
    const slots = new Int32Array(this.#slots.length * 4);
    const mask = slots.length - 1;
    for (let i = 0; i < this.#series.length; i++) {
      let at = hashOf(this.#tuples, i * this.#width, this.#width) & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = i + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(tuple: Uint32Array, from: number, width: number): number {
  let hash = 17;
  for (let i = from; i < from + width; i++) hash = Math.imul(hash ^ tuple[i]!, 0x9e3779b1) ^ (hash >>> 15);
  return hash ^ (hash >>> 13);
}
