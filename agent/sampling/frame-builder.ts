// Joins the rows of several ticks of one measurement into one column-wise frame. A value that cannot be is absent, whichever collector it came from.
import type { FrameColumns } from '../../core/common/frame.ts';
import { type Collector, DEFAULT_MAX_ROWS, type RowSink } from '../host/collector.ts';
import { boundsOf } from './value-bounds.ts';

/** Enough to name every file system of a server that is gone. */
const MAX_PROBLEMS = 32;
const ROWS_AT_FIRST = 4;
const NONE: readonly string[] = [];

type Shape = Pick<Collector, 'measurement' | 'tags' | 'fields' | 'textFields' | 'maxRows'>;

/** Takes rows, tick after tick, until `take`. A row without any value is left out. */
export class FrameBuilder implements RowSink {
  readonly #shape: Shape;
  readonly #width: number;
  readonly #textFields: readonly string[];
  readonly maxRows: number;
  /** Those of the frame before stay known: mostly the same come again, in the same order. Frozen once a frame has them. */
  #series: (readonly string[])[] = [];
  #indexOf = new Map<string, number>();
  /** The three below have room for more rows than there are. */
  #rows = 0;
  #seriesIndex = new Uint32Array(ROWS_AT_FIRST);
  #timeUs = new Float64Array(ROWS_AT_FIRST);
  /** Row after row. */
  #values: Float64Array;
  #texts: string[] = [];
  #tickUs = 0;
  #tickRows = 0;
  #leftOut = 0;
  #problems: readonly string[] = NONE;
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  #refused = 0;
  /** By field, as it was refused first: the same sentence each time. */
  #refusals: Map<number, string> | undefined;
  /** Those of this tick. */
  #refusedNow: readonly string[] = NONE;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#width = shape.fields.length;
    this.#textFields = shape.textFields ?? NONE;
    this.maxRows = shape.maxRows ?? DEFAULT_MAX_ROWS;
    this.#values = new Float64Array(this.#width * ROWS_AT_FIRST);
    const bounds = shape.fields.map((field) => boundsOf(shape.measurement, field));
    this.#least = Float64Array.from(bounds, ({ least }) => least);
    this.#most = Float64Array.from(bounds, ({ most }) => most);
  }

  /** The rows that follow are of this moment. */
  beginTick(timeUs: number): void {
    this.#tickUs = timeUs;
    this.#tickRows = 0;
    this.#leftOut = 0;
    this.#problems = NONE;
    this.#refusedNow = NONE;
  }

  /** Rows of this tick that were over the collector's cap. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** What could not be read in this tick, as the collector said, and what could not be true. */
  get problems(): readonly string[] {
    return this.#refusedNow.length === 0 ? this.#problems : [...this.#problems, ...this.#refusedNow];
  }

  /** Was it said because a value could not be true? Each such sentence stays the same as long as there is this builder. */
  isRefusal(problem: string): boolean {
    return this.#refusedNow.includes(problem);
  }

  /** Values that were left out since there is this builder, because they cannot be. */
  get refused(): number {
    return this.#refused;
  }

  problem(sentence: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems = [...this.#problems, sentence];
  }

  get rows(): number {
    return this.#rows;
  }

  add(tagValues: readonly string[], values: ArrayLike<number>, texts: readonly string[] = NONE): void {
    if (this.#tickRows >= this.maxRows) {
      this.#leftOut++;
      return;
    }
    const width = this.#width;
    const start = this.#rows * width;
    if (this.#rows === this.#timeUs.length) this.#grow();
    const into = this.#values;
    const least = this.#least;
    const most = this.#most;
    let present = false;
    for (let i = 0; i < width; i++) {
      const value = values[i]!;
      if (value >= least[i]! && value <= most[i]!) {
        into[start + i] = value;
        present = true;
        continue;
      }
      into[start + i] = Number.NaN;
      // Only NaN, which is absent, is not itself.
      // biome-ignore lint/suspicious/noSelfCompare: as said above, and a call a value less.
      if (value === value) this.#refuse(i, value, tagValues);
    }
    // The next row takes the place of one without any value.
    if (!present) return;
    for (let i = 0; i < this.#textFields.length; i++) this.#texts.push(texts[i] ?? '');
    this.#seriesIndex[this.#rows] = this.#indexOfSeries(tagValues);
    this.#timeUs[this.#rows] = this.#tickUs;
    this.#rows++;
    this.#tickRows++;
  }

  #refuse(index: number, value: number, tagValues: readonly string[]): void {
    this.#refused++;
    const { measurement, fields } = this.#shape;
    const field = fields[index]!;
    this.#refusals ??= new Map();
    let sentence = this.#refusals.get(index);
    if (sentence === undefined) {
      const where = tagValues.length === 0 ? '' : ` of ${tagValues.join(' ')}`;
      sentence = `${field}${where} was ${value}, which is left out: ${boundsOf(measurement, field).words}`;
      this.#refusals.set(index, sentence);
    }
    if (!this.#refusedNow.includes(sentence)) this.#refusedNow = [...this.#refusedNow, sentence];
  }

  #grow(): void {
    const rows = this.#rows * 2;
    this.#seriesIndex = copyInto(new Uint32Array(rows), this.#seriesIndex);
    this.#timeUs = copyInto(new Float64Array(rows), this.#timeUs);
    this.#values = copyInto(new Float64Array(rows * this.#width), this.#values);
  }

  #indexOfSeries(tagValues: readonly string[]): number {
    const expected = this.#series[this.#tickRows];
    if (expected !== undefined && areEqual(expected, tagValues)) return this.#tickRows;
    const key = tagValues.length === 1 ? tagValues[0]! : tagValues.join('\0');
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      // Frames that were handed over keep the list as it is.
      if (Object.isFrozen(this.#series)) this.#series = [...this.#series];
      index = this.#series.length;
      this.#series.push([...tagValues]);
      this.#indexOf.set(key, index);
    }
    return index;
  }

  /** The frame of all rows since the last `take`; undefined where there are none. Its list of series is frozen. */
  take(): FrameColumns | undefined {
    const rows = this.#rows;
    if (rows === 0) return undefined;
    const { measurement, tags, fields } = this.#shape;
    const values = this.#columns();
    const { series, seriesIndex } = this.#takeSeries();
    const frame: FrameColumns = {
      measurement,
      tags,
      series,
      seriesIndex,
      timeUs: this.#timeUs.slice(0, rows),
      fields,
      values,
      textFields: this.#textFields,
      texts: this.#textFields.length === 0 ? NONE : this.#texts,
    };
    this.#rows = 0;
    if (this.#texts.length > 0) this.#texts = [];
    return frame;
  }

  #columns(): Float64Array {
    const rows = this.#rows;
    const width = this.#width;
    const byRow = this.#values;
    // A row is its own columns.
    if (rows === 1) return byRow.slice(0, width);
    const columns = new Float64Array(rows * width);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let to = row; to < columns.length; to += rows) columns[to] = byRow[at++]!;
    }
    return columns;
  }

  /** Series that came no more are forgotten with this frame, so that the list does not grow with what once was. */
  #takeSeries(): Pick<FrameColumns, 'series' | 'seriesIndex'> {
    const seriesIndex = this.#seriesIndex.slice(0, this.#rows);
    if (!this.#areAllUsed(seriesIndex)) this.#forgetUnused(seriesIndex);
    return { series: Object.freeze(this.#series) as FrameColumns['series'], seriesIndex };
  }

  #areAllUsed(seriesIndex: Uint32Array): boolean {
    const { length } = this.#series;
    if (length === 1) return true;
    const used = new Uint8Array(length);
    for (let row = 0; row < seriesIndex.length; row++) used[seriesIndex[row]!] = 1;
    return !used.includes(0);
  }

  #forgetUnused(seriesIndex: Uint32Array): void {
    const used = new Set(seriesIndex);
    const kept: (readonly string[])[] = [];
    const newIndex = new Uint32Array(this.#series.length);
    for (const [key, index] of this.#indexOf) {
      if (!used.has(index)) {
        this.#indexOf.delete(key);
        continue;
      }
      newIndex[index] = kept.length;
      this.#indexOf.set(key, kept.length);
      kept.push(this.#series[index] as readonly string[]);
    }
    this.#series = kept;
    for (let row = 0; row < seriesIndex.length; row++) seriesIndex[row] = newIndex[seriesIndex[row]!] as number;
  }
}

function copyInto<T extends Float64Array | Uint32Array>(larger: T, from: T): T {
  larger.set(from);
  return larger;
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
