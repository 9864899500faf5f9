// Which tables do not take rows, and why: what the status says of them.

/** What passes sooner is nobody's business. */
const TELL_AFTER_MS = 10_000;
const SHOWN = 300;

interface Trouble {
  sinceMs: number;
  words: string;
  /** Only somebody else can put it right. */
  lasting: boolean;
}

export class WriteProblems {
  readonly #troubles = new Map<string, Trouble>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** A write failed and is tried again. */
  failed(table: string, words: string): void {
    this.#note(table, words, false);
  }

  /** The table cannot take rows as it is: `words` say what is wrong and what to do. */
  broken(table: string, words: string): void {
    this.#note(table, words, true);
  }

  /** The table takes rows again. */
  mended(table: string): void {
    this.#troubles.delete(table);
  }

  /** The database answered, be it that it refuses rows: what kept it from answering is over. */
  answered(table: string): void {
    if (this.#troubles.get(table)?.lasting === false) this.#troubles.delete(table);
  }

  /** A sentence each. */
  get problems(): string[] {
    const nowMs = this.#now();
    return [...this.#troubles].flatMap(([table, { sinceMs, words, lasting }]) => {
      const seconds = Math.round((nowMs - sinceMs) / 1000);
      if (lasting) return [`the table ${table} takes no rows, and what needs it waits in the stream: ${words}`];
      return nowMs - sinceMs < TELL_AFTER_MS ? [] : [`the table ${table} has taken no rows for ${seconds} s: ${words}`];
    });
  }

  #note(table: string, words: string, lasting: boolean): void {
    const sinceMs = this.#troubles.get(table)?.sinceMs ?? this.#now();
    this.#troubles.set(table, { sinceMs, words: words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words, lasting });
  }
}
