// What an examination of the audit found, in sentences, and the verdict that follows. Bounded.

export type AuditVerdict = 'whole' | 'broken' | 'unknown';

const MAX_PROBLEMS = 20;

export class AuditFindings {
  readonly #sentences: ((isReadAll: boolean) => string)[] = [];
  #more = 0;
  #brokenAt = 0;
  #missingAt = 0;
  #isUnknown = false;
  #isReadAll = true;

  /** What was read cannot be what a gateway wrote. */
  broken(seq: number, words: string): void {
    this.#brokenAt = lesser(this.#brokenAt, seq);
    this.#say(() => words);
  }

  /** `3 records of gateway-1`, `before record 51`: they were removed where all that the stream holds was read, and only then. */
  missing(seq: number, count: number, of: string, where: string): void {
    this.#missingAt = lesser(this.#missingAt, seq);
    const what = `${count} ${count === 1 ? 'record' : 'records'} ${of}`;
    const [are, were] = count === 1 ? ['is', 'was'] : ['are', 'were'];
    this.#say((isReadAll) => (isReadAll ? `${what} ${are} missing ${where}` : `${what} ${were} not seen ${where}`));
  }

  unknown(words: string): void {
    this.#isUnknown = true;
    this.#say(() => words);
  }

  /** What could not be looked at. */
  unread(words: string): void {
    this.#isReadAll = false;
    this.unknown(words);
  }

  result(): { verdict: AuditVerdict; brokenAt: number; problems: string[] } {
    const brokenAt = this.#isReadAll && this.#missingAt > 0 ? lesser(this.#brokenAt, this.#missingAt) : this.#brokenAt;
    const problems = this.#sentences.map((words) => words(this.#isReadAll));
    return {
      verdict: brokenAt > 0 ? 'broken' : this.#isUnknown ? 'unknown' : 'whole',
      brokenAt,
      problems: this.#more === 0 ? problems : [...problems, `and ${this.#more} more`],
    };
  }

  #say(words: (isReadAll: boolean) => string): void {
    if (this.#sentences.length < MAX_PROBLEMS) this.#sentences.push(words);
    else this.#more += 1;
  }
}

/** Of two numbers in the stream, of which 0 is none yet. */
function lesser(before: number, seq: number): number {
  const at = Math.max(1, seq);
  return before === 0 ? at : Math.min(before, at);
}
