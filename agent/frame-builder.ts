// Joins the rows of several ticks of one measurement into one column-wise frame.
import type { FrameColumns } from '../core/common/frame.ts';
import { type Collector, DEFAULT_MAX_ROWS, type RowSink } from './collectors/collector.ts';

const MAX_PROBLEMS = 8;

type Shape = Pick<Collector, 'measurement' | 'tags' | 'fields' | 'maxRows'>;

/** Takes rows, tick after tick, until `take`. A row without any value is left out. */
export class FrameBuilder implements RowSink {
  readonly #shape: Shape;
  readonly maxRows: number;
  #series: string[][] = [];
  #indexOf = new Map<string, number>();
  #seriesIndex: number[] = [];
  #timeUs: number[] = [];
  #values: number[] = [];
  #tickUs = 0;
  #tickRows = 0;
  #leftOut = 0;
  #problems: string[] = [];

  constructor(shape: Shape) {
    this.#shape = shape;
    this.maxRows = shape.maxRows ?? DEFAULT_MAX_ROWS;
  }

  /** The rows that follow are of this moment. */
  beginTick(timeUs: number): void {
    this.#tickUs = timeUs;
    this.#tickRows = 0;
    this.#leftOut = 0;
    this.#problems = [];
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
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(sentence);
  }

  get rows(): number {
    return this.#timeUs.length;
  }

  add(tagValues: readonly string[], values: ArrayLike<number>): void {
    if (this.#tickRows >= this.maxRows) {
      this.#leftOut++;
      return;
    }
    const width = this.#shape.fields.length;
    let present = false;
    for (let i = 0; i < width && !present; i++) present = !Number.isNaN(values[i]);
    if (!present) return;
    for (let i = 0; i < width; i++) this.#values.push(values[i] as number);
    this.#seriesIndex.push(this.#indexOfSeries(tagValues));
    this.#timeUs.push(this.#tickUs);
    this.#tickRows++;
  }

  #indexOfSeries(tagValues: readonly string[]): number {
    const key = tagValues.length === 1 ? (tagValues[0] as string) : tagValues.join('\0');
    let index = this.#indexOf.get(key);
    if (index === undefined) {
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
    const frame: FrameColumns = {
      measurement,
      tags,
      series: this.#series,
      seriesIndex: Uint32Array.from(this.#seriesIndex),
      timeUs: Float64Array.from(this.#timeUs),
      fields,
      values,
      textFields: [],
      texts: [],
    };
    this.#series = [];
    this.#indexOf = new Map();
    this.#seriesIndex = [];
    this.#timeUs = [];
    this.#values = [];
    return frame;
  }
}
