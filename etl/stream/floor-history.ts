// Up to where everything was stored at what time: how far a database that lost its last minutes must be told again.

/** QuestDB with `commit.mode=async` hands pages to the kernel, which has them on disk long before this. */
export const REWIND_MS = 600_000;

const STEP_MS = 5000;

export class FloorHistory {
  readonly #entries: { atMs: number; floor: number }[] = [];

  note(floor: number, nowMs: number): void {
    const last = this.#entries.at(-1);
    if (last === undefined || nowMs - last.atMs >= STEP_MS) this.#entries.push({ atMs: nowMs, floor });
    // The newest entry that is old enough stays: it is the answer.
    while (this.#entries.length > 1 && (this.#entries[1] as { atMs: number }).atMs <= nowMs - REWIND_MS) this.#entries.shift();
  }

  /** What was stored long enough ago to be on disk; 0 where this is not known, which means everything the stream still holds. */
  safe(nowMs: number): number {
    const oldest = this.#entries[0];
    return oldest !== undefined && oldest.atMs <= nowMs - REWIND_MS ? oldest.floor : 0;
  }
}
