// What was sent to a page and has not arrived there, as far as the page has said.

export class UnheardBytes {
  /** Of each message that has not arrived, oldest first. */
  #waiting: number[] = [];
  #arrived = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  sent(bytes: number): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes;
  }

  /** `count` messages have arrived since the beginning. */
  heard(count: number): void {
    const arrived = Math.min(this.#waiting.length, Math.max(0, count - this.#arrived));
    for (const bytes of this.#waiting.splice(0, arrived)) this.#bytes -= bytes;
    this.#arrived += arrived;
  }
}
