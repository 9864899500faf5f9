// When a page that died is loaded again: soon at first, later each time where it goes on dying, and at last not without a person.

const FIRST_MS = 500;
const MOST = 5;
/** A page that lived so long has been well. */
const WELL_MS = 60_000;

export class CrashReloads {
  #crashes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** How long to wait before it is loaded again; undefined where that has been tried often enough. */
  crashed(nowMs: number): number | undefined {
    if (nowMs - this.#lastMs > WELL_MS) this.#crashes = 0;
    this.#lastMs = nowMs;
    this.#crashes++;
    return this.#crashes > MOST ? undefined : FIRST_MS * 2 ** (this.#crashes - 1);
  }

  /** A person said to go on. */
  forget(): void {
    this.#crashes = 0;
  }
}
