// Buffers for lines, used again: a cycle needs some ten megabytes, and fresh ones cost page faults and wait for the collector.

/** In powers of two from 64 KiB, from 8 MiB on in steps of it: of a power of two above 40 MB a third would lie idle. */
const SMALLEST = 64 * 1024;
const STEP = 8 * 1024 * 1024;
/** Kept for later; two full cycles' worth, as so many are under way. */
const KEPT_BYTES = 96 * 1024 * 1024;

export class BufferPool {
  /** The one that was given back last is at the end. */
  readonly #free: Buffer[] = [];
  readonly #lastLength = new Map<string, number>();
  #freeBytes = 0;

  /** As long as what the table needed last time and a little more, so that it need not grow. */
  takeFor(table: string): Buffer {
    const last = this.#lastLength.get(table) ?? 0;
    return this.take(last + (last >> 4));
  }

  /** Gives back what `takeFor` gave, or what it grew into. */
  giveFrom(table: string, buffer: Buffer, length: number): void {
    this.#lastLength.set(table, length);
    this.give(buffer);
  }

  /** At least `bytes` long, with whatever content. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    let best = -1;
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const length = (this.#free[i] as Buffer).length;
      // A much longer one is kept for who needs it.
      if (length >= size && length <= size * 2 && (best < 0 || length < (this.#free[best] as Buffer).length)) best = i;
    }
    if (best < 0) return Buffer.allocUnsafeSlow(size);
    const [buffer] = this.#free.splice(best, 1) as [Buffer];
    this.#freeBytes -= buffer.length;
    return buffer;
  }

  /** Nobody may read or write it from now on. What nobody took for longest has to make room for it. */
  give(buffer: Buffer): void {
    if (buffer.length > KEPT_BYTES) return;
    this.#free.push(buffer);
    this.#freeBytes += buffer.length;
    while (this.#freeBytes > KEPT_BYTES) this.#freeBytes -= (this.#free.shift() as Buffer).length;
  }
}

function sizeFor(bytes: number): number {
  if (bytes > STEP) return Math.ceil(bytes / STEP) * STEP;
  let size = SMALLEST;
  while (size < bytes) size *= 2;
  return size;
}
