// The points of one chart: history from the store, and live values behind it in a bounded ring. A gap stays a gap.

/** 10 Hz for two minutes, or 1 Hz for twenty. */
const LIVE_CAPACITY = 1200;

/** As uPlot takes it: seconds, then a column a line; null is a gap. */
export type ChartColumns = [number[], ...(number | null)[][]];

export class ChartData {
  readonly #lines: number;
  #historyTimes: number[] = [];
  #history: number[][];
  #stepSeconds = 1;
  readonly #liveTimes = new Float64Array(LIVE_CAPACITY);
  readonly #live: Float64Array;
  #liveStart = 0;
  #liveCount = 0;

  constructor(lines: number) {
    this.#lines = lines;
    this.#history = Array.from({ length: lines }, () => []);
    this.#live = new Float64Array(LIVE_CAPACITY * lines);
  }

  /** Takes what the store answered: seconds and a column a line, in order of time. `stepSeconds` is what a point stands for. */
  setHistory(times: number[], columns: number[][], stepSeconds: number): void {
    this.#historyTimes = times;
    this.#history = columns;
    this.#stepSeconds = stepSeconds;
  }

  /** Adds a live point; one not newer than the last is left out. The oldest goes when the ring is full. */
  addLive(timeSeconds: number, values: readonly number[]): void {
    if (this.#liveCount > 0 && timeSeconds <= (this.#liveTimes[this.#slot(this.#liveCount - 1)] as number)) return;
    if (this.#liveCount === LIVE_CAPACITY) {
      this.#liveStart = (this.#liveStart + 1) % LIVE_CAPACITY;
      this.#liveCount--;
    }
    const slot = this.#slot(this.#liveCount++);
    this.#liveTimes[slot] = timeSeconds;
    for (let line = 0; line < this.#lines; line++) this.#live[slot * this.#lines + line] = values[line] ?? Number.NaN;
  }

  clearLive(): void {
    this.#liveStart = 0;
    this.#liveCount = 0;
  }

  /** The newest value of each line, or undefined where there is no point. */
  newest(): number[] | undefined {
    if (this.#liveCount > 0) {
      const slot = this.#slot(this.#liveCount - 1);
      return [...this.#live.subarray(slot * this.#lines, (slot + 1) * this.#lines)];
    }
    const last = this.#historyTimes.length - 1;
    return last < 0 ? undefined : this.#history.map((column) => column[last] as number);
  }

  /**
   * All points within the bounds, with a null row in every hole wider than two and a half steps. `live` points within the history's
   * last step are left to it; `liveStepSeconds` is what a live point stands for.
   */
  columns(fromSeconds: number, toSeconds: number, liveStepSeconds: number, liveOnly: boolean): ChartColumns {
    const times: number[] = [];
    const columns: (number | null)[][] = Array.from({ length: this.#lines }, () => []);
    let before = Number.NaN;
    const push = (time: number, step: number, read: (line: number) => number): void => {
      if (time < fromSeconds - step || time > toSeconds + step) return;
      if (time - before > 2.5 * step) {
        times.push((time + before) / 2);
        for (const column of columns) column.push(null);
      }
      before = time;
      times.push(time);
      for (let line = 0; line < this.#lines; line++) {
        const value = read(line);
        (columns[line] as (number | null)[]).push(Number.isNaN(value) ? null : value);
      }
    };
    if (!liveOnly) {
      for (let i = 0; i < this.#historyTimes.length; i++) {
        push(this.#historyTimes[i] as number, this.#stepSeconds, (line) => (this.#history[line] as number[])[i] as number);
      }
    }
    const covered = liveOnly ? Number.NEGATIVE_INFINITY : before + this.#stepSeconds;
    const step = liveOnly ? liveStepSeconds : Math.max(liveStepSeconds, this.#stepSeconds);
    for (let i = 0; i < this.#liveCount; i++) {
      const slot = this.#slot(i);
      const time = this.#liveTimes[slot] as number;
      if (Number.isNaN(before) || time >= covered) push(time, step, (line) => this.#live[slot * this.#lines + line] as number);
    }
    return [times, ...columns];
  }

  #slot(index: number): number {
    return (this.#liveStart + index) % LIVE_CAPACITY;
  }
}
