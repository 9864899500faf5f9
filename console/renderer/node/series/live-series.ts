// The newest samples of a measurement from live frames, series by series, in bounded memory.
import type { FrameColumns } from '../../../../core/common/frame.ts';
import type { Points, SeriesWish } from './points.ts';

/** 10 Hz for two minutes, or 1 Hz for twenty. */
const CAPACITY = 1200;
/** Trimmed so many at a time, so that adding stays cheap. */
const SLACK = 120;
const MAX_SERIES = 2000;

interface LivePoints extends Points {
  times: number[];
  fields: Record<string, { mean: number[]; spread: null }>;
}

export class LiveSeries {
  readonly #wish: SeriesWish;
  readonly #series = new Map<string, LivePoints>();

  constructor(wish: SeriesWish) {
    this.#wish = wish;
  }

  get points(): readonly Points[] {
    return [...this.#series.values()];
  }

  /** Adds its rows; one not newer than the last of its series is left out. */
  add(frame: FrameColumns): void {
    const rows = frame.timeUs.length;
    for (let row = 0; row < rows; row++) {
      const series = this.#find(frame, frame.series[frame.seriesIndex[row] as number] ?? []);
      const time = (frame.timeUs[row] as number) / 1e6;
      if (series === undefined || time <= (series.times.at(-1) ?? 0)) continue;
      series.times.push(time);
      for (const field of this.#wish.fields) {
        const column = frame.fields.indexOf(field);
        series.fields[field]?.mean.push(column < 0 ? Number.NaN : (frame.values[column * rows + row] as number));
      }
      if (series.times.length > CAPACITY + SLACK) {
        series.times.splice(0, SLACK);
        for (const { mean } of Object.values(series.fields)) mean.splice(0, SLACK);
      }
    }
  }

  clear(): void {
    this.#series.clear();
  }

  #find(frame: FrameColumns, values: readonly string[]): LivePoints | undefined {
    const key = values.join('\0');
    const found = this.#series.get(key);
    if (found !== undefined) return found;
    const tags = Object.fromEntries(frame.tags.map((tag, at) => [tag, values[at] ?? '']));
    if (this.#series.size >= MAX_SERIES || Object.entries(this.#wish.tags).some(([tag, value]) => tags[tag] !== value)) return undefined;
    const fields = Object.fromEntries(this.#wish.fields.map((field) => [field, { mean: [], spread: null }]));
    const made: LivePoints = { tags, times: [], fields };
    this.#series.set(key, made);
    return made;
  }
}
