// Buffers for lines, used again: a cycle needs some ten megabytes, and fresh ones cost page faults and wait for the collector.

/** In powers of two from 64 KiB. */
const SMALLEST = 64 * 1024;
/** Kept for later; two full cycles' worth. */
const KEPT_BYTES = 64 * 1024 * 1024;

export class BufferPool {
  readonly #free = new Map<number, Buffer[]>();
  readonly #lastLength = new Map<string, number>();
  #freeBytes = 0;

  /** As long as what the table needed last time, so that it need not grow. */
  takeFor(table: string): Buffer {
    return this.take(this.#lastLength.get(table) ?? 0);
  }

  /** Gives back what `takeFor` gave, or what it grew into. */
  giveFrom(table: string, buffer: Buffer, length: number): void {
    this.#lastLength.set(table, length);
    this.give(buffer);
  }

  /** At least `bytes` long, with whatever content. */
  take(bytes: number): Buffer {
    let size = SMALLEST;
    while (size < bytes) size *= 2;
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#freeBytes -= size;
    return buffer;
  }

  /** Nobody may read or write it from now on. */
  give(buffer: Buffer): void {
    if (this.#freeBytes + buffer.length > KEPT_BYTES) return;
    this.#freeBytes += buffer.length;
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer]);
    else free.push(buffer);
  }
}
