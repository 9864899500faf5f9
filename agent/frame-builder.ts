// Joins the rows of several ticks of one measurement into one column-wise frame.
import type { FrameColumns } from '../core/common/frame.ts';
import { type Collector, DEFAULT_MAX_ROWS, type RowSink } from './collectors/collector.ts';

const MAX_PROBLEMS = 8;
const NONE: readonly string[] = [];

type Shape = Pick<Collector, 'measurement' | 'tags' | 'fields' | 'textFields' | 'maxRows'>;

/** Takes rows, tick after tick, until `take`. A row without any value is left out. */
export class FrameBuilder implements RowSink {
  readonly #shape: Shape;
  readonly #textFields: readonly string[];
  readonly maxRows: number;
  /** Those of the frame before stay known: mostly the same come again, in the same order. */
  #series: string[][] = [];
  #indexOf = new Map<string, number>();
  #seriesIsShared = false;
  #seriesIndex: number[] = [];
  #timeUs: number[] = [];
  #values: number[] = [];
  #texts: string[] = [];
  #tickUs = 0;
  #tickRows = 0;
  #leftOut = 0;
  #problems: readonly string[] = NONE;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.#textFields = shape.textFields ?? NONE;
    this.maxRows = shape.maxRows ?? DEFAULT_MAX_ROWS;
  }

  /** The rows that follow are of this moment. */
  beginTick(timeUs: number): void {
    this.#tickUs = timeUs;
    this.#tickRows = 0;
    this.#leftOut = 0;
    this.#problems = NONE;
  }

  /** Rows of this tick that were over the collector's cap. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** What the collector said could not be read in this tick. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  problem(sentence: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems = [...this.#problems, sentence];
  }

  get rows(): number {
    return this.#timeUs.length;
  }

  add(tagValues: readonly string[], values: ArrayLike<number>, texts: readonly string[] = NONE): void {
    if (this.#tickRows >= this.maxRows) {
      this.#leftOut++;
      return;
    }
    const width = this.#shape.fields.length;
    let present = false;
    for (let i = 0; i < width && !present; i++) present = !Number.isNaN(values[i]);
    if (!present) return;
    for (let i = 0; i < width; i++) this.#values.push(values[i] as number);
    for (let i = 0; i < this.#textFields.length; i++) this.#texts.push(texts[i] ?? '');
    const index = this.#indexOfSeries(tagValues);
    this.#seriesIndex.push(index);
    this.#timeUs.push(this.#tickUs);
    this.#tickRows++;
  }

  #indexOfSeries(tagValues: readonly string[]): number {
    const expected = this.#series[this.#tickRows];
    if (expected !== undefined && areEqual(expected, tagValues)) return this.#tickRows;
    const key = tagValues.length === 1 ? (tagValues[0] as string) : tagValues.join('\0');
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      // Frames that were handed over keep the list as it is.
      if (this.#seriesIsShared) this.#series = [...this.#series];
      this.#seriesIsShared = false;
      index = this.#series.length;
      this.#series.push([...tagValues]);
      this.#indexOf.set(key, index);
    }
    return index;
  }

  /** The frame of all rows since the last `take`; undefined where there are none. */
  take(): FrameColumns | undefined {
    const rows = this.#timeUs.length;
    if (rows === 0) return undefined;
    const { measurement, tags, fields } = this.#shape;
    const values = new Float64Array(rows * fields.length);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let field = 0; field < fields.length; field++) values[field * rows + row] = this.#values[at++] as number;
    }
    const { series, seriesIndex } = this.#takeSeries();
    const frame: FrameColumns = {
      measurement,
      tags,
      series,
      seriesIndex,
      timeUs: Float64Array.from(this.#timeUs),
      fields,
      values,
      textFields: this.#textFields,
      texts: this.#textFields.length === 0 ? NONE : this.#texts,
    };
    this.#timeUs.length = 0;
    this.#values.length = 0;
    if (this.#texts.length > 0) this.#texts = [];
    return frame;
  }

  /** Series that came no more are forgotten with this frame, so that the list does not grow with what once was. */
  #takeSeries(): Pick<FrameColumns, 'series' | 'seriesIndex'> {
    const used = new Uint8Array(this.#series.length);
    for (const index of this.#seriesIndex) used[index] = 1;
    if (used.includes(0)) this.#forgetUnused(used);
    const seriesIndex = Uint32Array.from(this.#seriesIndex);
    this.#seriesIndex.length = 0;
    this.#seriesIsShared = true;
    return { series: this.#series, seriesIndex };
  }

  #forgetUnused(used: Uint8Array): void {
    const kept: string[][] = [];
    const newIndex = new Uint32Array(used.length);
    for (const [key, index] of this.#indexOf) {
      if (used[index] === 0) {
        this.#indexOf.delete(key);
        continue;
      }
      newIndex[index] = kept.length;
      this.#indexOf.set(key, kept.length);
      kept.push(this.#series[index] as string[]);
    }
    this.#series = kept;
    this.#seriesIndex = this.#seriesIndex.map((index) => newIndex[index] as number);
  }
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
