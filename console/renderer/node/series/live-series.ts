// The newest samples of a measurement from live frames, series by series, in bounded memory.
import type { FrameColumns } from '../../../../core/common/frame.ts';
import type { Points, SeriesWish } from './points.ts';

/** 10 Hz for two minutes, or 1 Hz for twenty. */
const CAPACITY = 1200;
/** An agent whose clock went back by more begins anew; less is a row that came twice. */
const STEP_BACK_S = 5;
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

  /**
   * Adds its rows; one not newer than the last of its series is left out, unless the agent's clock stepped back: then what lay ahead goes. `sentMs` is
   * when the agent sent it, by its own clock: rows that it kept and sends late are old, and its clock is not.
   */
  add(frame: FrameColumns, sentMs: number): void {
    const rows = frame.timeUs.length;
    for (let row = 0; row < rows; row++) {
      const series = this.#find(frame, frame.series[frame.seriesIndex[row]!] ?? []);
      const time = frame.timeUs[row]! / 1e6;
      if (series === undefined) continue;
      const last = series.times.at(-1) ?? 0;
      if (last - sentMs / 1000 > STEP_BACK_S && last - time > STEP_BACK_S) forget(series, time);
      else if (time <= last) continue;
      series.times.push(time);
      for (const field of this.#wish.fields) {
        const column = frame.fields.indexOf(field);
        series.fields[field]?.mean.push(column < 0 ? Number.NaN : frame.values[column * rows + row]!);
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

/** Leaves out all that is not before that time. */
function forget({ times, fields }: LivePoints, fromTime: number): void {
  const at = times.findIndex((time) => time >= fromTime);
  if (at < 0) return;
  times.length = at;
  for (const { mean } of Object.values(fields)) mean.length = at;
}
