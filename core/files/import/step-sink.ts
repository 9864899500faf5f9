// Lets rows through up to the end of a span of time and holds those beyond, so that an import can pause between two spans to the very row. A row
// that comes late in the file comes with the span that reads it.
import type { ImportSeries } from './batch-builder.ts';
import type { RowSink } from './import-source.ts';
import type { RowTexts } from './text-rows.ts';

interface Held {
  series: ImportSeries;
  timeUs: number;
  values: Float64Array;
  texts: RowTexts | undefined;
}

export class StepSink implements RowSink {
  readonly #sink: RowSink;
  readonly #stepUs: number;
  /** The first row says where the first span begins. */
  #endUs: number | undefined;
  #held: Held[] = [];

  constructor(sink: RowSink, stepUs: number) {
    this.#sink = sink;
    this.#stepUs = stepUs;
  }

  /** True where rows wait for a later span. */
  get isFull(): boolean {
    return this.#held.length > 0;
  }

  node(name: string): ImportSeries['node'] {
    return this.#sink.node(name);
  }

  add(series: ImportSeries, timeUs: number, values: Float64Array, from: number, texts?: RowTexts): void {
    this.#endUs ??= timeUs + this.#stepUs;
    if (timeUs < this.#endUs) this.#sink.add(series, timeUs, values, from, texts);
    else this.#held.push({ series, timeUs, values: values.slice(from, from + series.node.width), texts: texts?.slice() });
  }

  /** Goes on to the next span that has rows. */
  next(): void {
    const held = this.#held;
    this.#held = [];
    const first = held.reduce((least, row) => Math.min(least, row.timeUs), Number.POSITIVE_INFINITY);
    const endUs = this.#endUs ?? 0;
    if (Number.isFinite(first)) this.#endUs = endUs + (Math.floor((first - endUs) / this.#stepUs) + 1) * this.#stepUs;
    for (const { series, timeUs, values, texts } of held) this.add(series, timeUs, values, 0, texts);
  }
}
