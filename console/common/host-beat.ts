// Watches the way between a page and its host: asks at each beat, and says when nothing was heard for too long and when the host has caught up.

export const BEAT_MS = 2000;
/** Beats without a word after which a host counts as lost. */
export const MISSED_BEATS = 3;
/** A host that is still starting has longer. */
const FIRST_MISSED_BEATS = 10;

export interface BeatReports {
  ping(id: number): void;
  /** Nothing was heard since then, Unix ms. Called with each beat for as long as it lasts. */
  silent(sinceMs: number): void;
  /** The host has answered a question that is not old: what it says now is of now. */
  back(): void;
}

export class HostBeat {
  readonly #reports: BeatReports;
  #missed = 0;
  #newest = 0;
  #heard = false;
  #met = false;
  #silent = false;
  #closed = false;
  #heardMs = Date.now();

  constructor(reports: BeatReports) {
    this.#reports = reports;
    setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Whether what arrives may be old. */
  get isSilent(): boolean {
    return this.#silent;
  }

  /** Something of the host has arrived. */
  hear(): void {
    this.#heard = true;
    this.#met = true;
    this.#heardMs = Date.now();
  }

  /** The answer to a ping has arrived. One to an old ping only proves that the host lives. */
  answer(id: number): void {
    if (!this.#silent || id < this.#newest - 1) return;
    this.#silent = false;
    this.#missed = 0;
    this.#reports.back();
  }

  /** There is no way to the host, and whoever carries it says so: nothing to watch. */
  closed(): void {
    this.#closed = true;
  }

  /** There is one again, to a host that may be another. */
  opened(): void {
    this.#closed = false;
    this.#silent = false;
    this.#missed = 0;
    this.hear();
  }

  #beat(): void {
    if (this.#closed) return;
    this.#missed = this.#heard ? 0 : this.#missed + 1;
    this.#heard = false;
    if (this.#missed >= (this.#met ? MISSED_BEATS : FIRST_MISSED_BEATS)) this.#silent = true;
    this.#reports.ping(++this.#newest);
    if (this.#silent) this.#reports.silent(this.#heardMs);
  }
}
