// Which keys of rows scripts have handed over: the store has one row for a measurement, its tags and a time, and a second one would replace it whole.
import { createHash } from 'node:crypto';
import type { PushSample } from '../../core/common/push-sample.ts';

/** Numbers alone are kept, so that so many take a few megabytes. */
const MAX_KEYS = 100_000;
const KEY_BYTES = 6;

/** The newest keys, each with what was handed over under it. */
export class KnownKeys {
  readonly #contents = new Map<number, number>();
  readonly #maxKeys: number;

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys;
  }

  /** Notes the sample. False where another with the same key and other fields came before; the same one again is the same row. */
  take({ measurement, tags, timeUs, fields, metadata }: PushSample): boolean {
    const key = hashOf([measurement, timeUs, sorted(tags)]).readUIntBE(0, KEY_BYTES);
    // Of 30 bits, which the engine keeps without an object.
    const content = hashOf([sorted(fields), metadata]).readUInt32BE(0) >>> 2;
    const known = this.#contents.get(key);
    if (known !== undefined && known !== content) return false;
    this.#contents.delete(key);
    this.#contents.set(key, content);
    if (this.#contents.size > this.#maxKeys) this.#contents.delete(this.#contents.keys().next().value as number);
    return true;
  }
}

function sorted(entries: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}

function hashOf(content: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(content)).digest();
}
