// The numbers of one stream: which batch comes next, and up to which all are stored. Pure.

export type Verdict = 'take' | 'repeat' | 'gap';

/** Numbers follow each other within a stream, from the oldest in the agent's spool. */
export class Sequence {
  #expected: number;
  /** All up to here are done with. */
  #floor: number;
  /** Done with, above the floor: their messages were acknowledged out of order. */
  readonly #early = new Set<number>();

  constructor(oldest: number) {
    this.#expected = oldest;
    this.#floor = oldest - 1;
  }

  /** The number waited for. */
  get expected(): number {
    return this.#expected;
  }

  /** All up to this number may be acknowledged. */
  get floor(): number {
    return this.#floor;
  }

  /** Taken and not done with. */
  get open(): number {
    return this.#expected - 1 - this.#floor - this.#early.size;
  }

  judge(seq: number): Verdict {
    if (seq === this.#expected) return 'take';
    return seq < this.#expected ? 'repeat' : 'gap';
  }

  /** The batch waited for has come. */
  take(): number {
    return this.#expected++;
  }

  /** A batch taken before is stored, or refused for good. True when the floor rose. */
  settle(seq: number): boolean {
    if (seq <= this.#floor || seq >= this.#expected) return false;
    this.#early.add(seq);
    const before = this.#floor;
    while (this.#early.delete(this.#floor + 1)) this.#floor += 1;
    return this.#floor > before;
  }
}
