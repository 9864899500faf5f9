// How much of the time this gateway really listened: while it stands still, or where its clock is set, nothing can be heard, and that is no quiet of
// a node. Pure.

/** How often it is told of the time. */
export const PULSE_MS = 250;
/** What comes so much later than due is a busy moment and no stall. */
const JITTER_MS = 250;
/** After so long what nodes sent may be lost, and not only late. */
const STALL_MS = 3000;
/** A clock that goes back by less is set by no more than what rows may be apart. */
export const BACK_MS = 1000;
const MOST_STALLS = 64;

export interface PulseFacts {
  /** Nobody can tell what nodes were meanwhile. */
  stalled: boolean;
  /** By how much the clock was set back, ms; 0 where it was not. */
  backMs: number;
}

export class ListenedTime {
  #wallMs: number;
  #steadyMs: number;
  /** In their order. */
  readonly #stalls: { endMs: number; lostMs: number }[] = [];

  /** Unix ms, and milliseconds that only grow. */
  constructor(wallMs: number, steadyMs: number) {
    this.#wallMs = wallMs;
    this.#steadyMs = steadyMs;
  }

  /** The time has come to here. */
  pulse(wallMs: number, steadyMs: number): PulseFacts {
    const [wallGapMs, steadyGapMs] = [wallMs - this.#wallMs, steadyMs - this.#steadyMs];
    this.#wallMs = wallMs;
    this.#steadyMs = steadyMs;
    if (wallGapMs > PULSE_MS + JITTER_MS) this.#note(wallMs, wallGapMs - PULSE_MS);
    const backMs = steadyGapMs - wallGapMs;
    return { stalled: Math.max(wallGapMs, steadyGapMs) > STALL_MS, backMs: backMs > BACK_MS ? backMs : 0 };
  }

  /** Of the time since then, how much nobody listened, ms. */
  lostSince(sinceMs: number): number {
    let sum = 0;
    for (let at = this.#stalls.length - 1; at >= 0; at--) {
      const { endMs, lostMs } = this.#stalls[at] as { endMs: number; lostMs: number };
      if (endMs <= sinceMs) break;
      sum += lostMs;
    }
    return sum;
  }

  /** Of what happened long ago no more is asked than how much it was. */
  #note(endMs: number, lostMs: number): void {
    this.#stalls.push({ endMs, lostMs });
    if (this.#stalls.length <= MOST_STALLS) return;
    const oldest = this.#stalls.shift() as { lostMs: number };
    (this.#stalls[0] as { lostMs: number }).lostMs += oldest.lostMs;
  }
}
