// Plays the past: moves the window's moment on, so much faster than it went, until it is now. It never runs ahead of what is shown: the
// page says when the next moment is there, so that play slows down instead of stuttering.
import { Store } from './store.ts';
import { spanOf, type TimeRange } from './time-range.ts';

export const SPEEDS = [1, 10, 60, 300, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** Between two moments of play; at the speed of time itself a second. */
const FRAME_MS = 500;
const AHEAD = 3;

/** Fetches those moments; resolves when the first of them can be shown, and never rejects. */
export type Prepare = (moments: readonly number[]) => Promise<void>;

export class Playback {
  readonly playing = new Store(false);
  readonly speed = new Store<Speed>(60);
  /** Of the page shown, while one shows moments. */
  prepare: Prepare | undefined;
  readonly #time: Store<TimeRange>;
  readonly #now: () => number;
  readonly #returnToLive: () => void;
  #run = 0;

  constructor(time: Store<TimeRange>, now: () => number, returnToLive: () => void) {
    this.#time = time;
    this.#now = now;
    this.#returnToLive = returnToLive;
    time.subscribe(() => {
      if (time.get().kind === 'live') this.pause();
    });
  }

  /** Goes on from the moment the window shows; does nothing while it is live. */
  play(): void {
    if (this.playing.get() || this.#time.get().kind === 'live') return;
    this.playing.set(true);
    void this.#go(++this.#run);
  }

  pause(): void {
    this.#run++;
    this.playing.set(false);
  }

  async #go(run: number): Promise<void> {
    while (run === this.#run) {
      const range = this.#time.get();
      if (range.kind === 'live') return;
      const started = performance.now();
      const speed = this.speed.get();
      const frameMs = speed === 1 ? 1000 : FRAME_MS;
      const stepMs = speed * frameMs;
      const nextMs = range.toMs + stepMs;
      const reached = nextMs >= this.#now();
      if (!reached) await this.prepare?.(Array.from({ length: AHEAD }, (_, i) => nextMs + i * stepMs));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, frameMs - (performance.now() - started))));
      if (run !== this.#run) return;
      // Somebody went elsewhere meanwhile: play goes on from there
      if (this.#time.get() !== range || document.hidden) continue;
      if (reached) this.#returnToLive();
      else this.#time.set({ kind: 'past', fromMs: nextMs - spanOf(range), toMs: nextMs });
    }
  }
}
