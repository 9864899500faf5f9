// Answers by idempotency key, so that a sender who heard nothing may ask again without sending twice.
import type { HttpAnswer } from '../http/http-answer.ts';

const KEPT_MS = 600_000;
const MAX_KEPT = 10_000;

interface Kept {
  answer: Promise<HttpAnswer>;
  untilMs: number;
}

/** In the memory of one gateway: after its restart, or at another one, the rows' own keys still keep them from being doubled. */
export class RecentAnswers {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The answer given to this key within ten minutes, also one still under way; else that of `work`. A failure is not kept. */
  once(key: string, work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    this.#forgetOld();
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.answer;
    const answer = work();
    this.#kept.set(key, { answer, untilMs: this.#now() + KEPT_MS });
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }

  // In the order of their time: the first that may stay ends the search.
  #forgetOld(): void {
    for (const [key, { untilMs }] of this.#kept) {
      if (untilMs > this.#now() && this.#kept.size < MAX_KEPT) return;
      this.#kept.delete(key);
    }
  }
}
