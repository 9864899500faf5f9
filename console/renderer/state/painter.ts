// Gathers changes and runs each job once in the next frame; a hidden window runs none until it shows again.

export class Painter {
  readonly #jobs = new Set<() => void>();
  readonly #lastRun = new WeakMap<() => void, number>();
  #frame = 0;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#schedule());
  }

  /** Runs the job in the next frame, but not sooner than `apartMs` after its last run. */
  request(job: () => void, apartMs = 0): void {
    if (this.#jobs.has(job)) return;
    const wait = (this.#lastRun.get(job) ?? Number.NEGATIVE_INFINITY) + apartMs - performance.now();
    if (wait <= 0) {
      this.#jobs.add(job);
      this.#schedule();
      return;
    }
    this.#lastRun.set(job, performance.now() + wait - apartMs);
    setTimeout(() => {
      this.#jobs.add(job);
      this.#schedule();
    }, wait);
  }

  #schedule(): void {
    if (this.#frame !== 0 || this.#jobs.size === 0 || document.hidden) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const jobs = [...this.#jobs];
      this.#jobs.clear();
      for (const job of jobs) {
        this.#lastRun.set(job, performance.now());
        job();
      }
    });
  }
}
