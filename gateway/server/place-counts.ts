// How many places each holder has, and who has most: told without a look at all of them, as it is asked while a crowd pushes in.

export class PlaceCounts {
  readonly #counts = new Map<string, number>();
  /** The holders of so many places, in the order in which they came to have as many. */
  readonly #holders = new Map<number, Set<string>>();
  #most = 0;

  /** Of one holder; 0 where it has none. */
  of(holder: string): number {
    return this.#counts.get(holder) ?? 0;
  }

  /** One of those with most places, the one that has had as many for longest; undefined where nobody has any. */
  most(): string | undefined {
    const [holder] = this.#holders.get(this.#most) ?? [];
    return holder;
  }

  add(holder: string): void {
    this.#move(holder, this.of(holder) + 1);
  }

  remove(holder: string): void {
    if (this.of(holder) > 0) this.#move(holder, this.of(holder) - 1);
  }

  clear(): void {
    this.#counts.clear();
    this.#holders.clear();
    this.#most = 0;
  }

  #move(holder: string, count: number): void {
    const before = this.of(holder);
    const among = this.#holders.get(before);
    among?.delete(holder);
    if (among?.size === 0) this.#holders.delete(before);
    if (count === 0) this.#counts.delete(holder);
    else {
      this.#counts.set(holder, count);
      const now = this.#holders.get(count) ?? new Set();
      this.#holders.set(count, now.add(holder));
    }
    // It changes by one each time.
    if (count > this.#most || !this.#holders.has(this.#most)) this.#most = count;
  }
}
