// One checksum for all values of a partition, whichever way they were read: column by column, each value in one canonical form of bytes.
import { createHash } from 'node:crypto';

export type ColdColumn = { name: string; type: 'timestamp' | 'symbol' | 'double' | 'varchar' };

const CHUNK_BYTES = 64 * 1024;
const ABSENT = 0xffffffff;

/** The values of one column in their order. */
export class ColumnDigest {
  readonly #hash = createHash('sha256');
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #used = 0;
  rows = 0;

  /** Unix µs. */
  addTime(us: bigint): void {
    this.#room(8);
    this.#used = this.#chunk.writeBigInt64LE(us, this.#used);
    this.rows++;
  }

  /** All NaN are one, and are what NULL is in the database; -0 and 0 are two. */
  addNumber(value: number | null | undefined): void {
    this.#room(8);
    if (value === null || value === undefined || Number.isNaN(value))
      this.#used = this.#chunk.writeBigUInt64LE(0x7ff8000000000000n, this.#used);
    else this.#used = this.#chunk.writeDoubleLE(value, this.#used);
    this.rows++;
  }

  /** No text and an empty text are two. */
  addText(text: string | null | undefined): void {
    this.#room(4);
    this.rows++;
    if (text === null || text === undefined) {
      this.#used = this.#chunk.writeUInt32LE(ABSENT, this.#used);
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.#used = this.#chunk.writeUInt32LE(bytes, this.#used);
    if (bytes > CHUNK_BYTES) {
      this.#flush();
      this.#hash.update(text);
      return;
    }
    this.#room(bytes);
    this.#used += this.#chunk.write(text, this.#used);
  }

  /** Hexadecimal; ends it. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #room(bytes: number): void {
    if (this.#used + bytes > CHUNK_BYTES) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#chunk.subarray(0, this.#used));
    this.#used = 0;
  }
}

export interface PartitionDigest {
  rows: number;
  checksum: string;
}

/** Ends the columns; throws nothing, since columns of different length have different digests. */
export function combineDigests(columns: readonly ColdColumn[], digests: readonly ColumnDigest[]): PartitionDigest {
  const hash = createHash('sha256');
  for (const [i, digest] of digests.entries())
    hash.update(`${columns[i]?.name}\n${columns[i]?.type}\n${digest.rows}\n${digest.digest()}\n`);
  return { rows: digests[0]?.rows ?? 0, checksum: hash.digest('hex') };
}
