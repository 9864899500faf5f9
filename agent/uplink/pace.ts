// How fast a backlog goes out: so many rows a second, saved up for a fraction of a second at most.

const BURST_MS = 250;

export class Pace {
  readonly #rowsPerSecond: number;
  readonly #nowMs: () => number;
  #rows: number;
  #atMs: number;

  /** 0 rows a second: no limit. */
  constructor(rowsPerSecond: number, nowMs: () => number = () => performance.now()) {
    this.#rowsPerSecond = rowsPerSecond;
    this.#nowMs = nowMs;
    this.#rows = (rowsPerSecond * BURST_MS) / 1000;
    this.#atMs = nowMs();
  }

  /** Milliseconds until the next batch may go; 0 for now. A batch larger than what was saved up is paid off afterwards. */
  get waitMs(): number {
    if (this.#rowsPerSecond === 0) return 0;
    const now = this.#nowMs();
    const most = (this.#rowsPerSecond * BURST_MS) / 1000;
    this.#rows = Math.min(most, this.#rows + ((now - this.#atMs) * this.#rowsPerSecond) / 1000);
    this.#atMs = now;
    return this.#rows > 0 ? 0 : Math.ceil((-this.#rows * 1000) / this.#rowsPerSecond) + 1;
  }

  /** A batch without rows counts as one. */
  spend(rows: number): void {
    this.#rows -= Math.max(1, rows);
  }
}
