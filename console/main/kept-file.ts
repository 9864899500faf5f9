// Small JSON files of the console's own: never half-written, and one that cannot be read counts as none.
import { readFileSync } from 'node:fs';
import { writeDurably } from '../../core/node/durable-file.ts';

const MAX_LENGTH = 256 * 1024;

/** What `parse` makes of the file; `fallback` where there is none, or it throws. */
export function readKept<T>(path: string, parse: (value: unknown) => T, fallback: T): T {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > MAX_LENGTH ? fallback : parse(JSON.parse(text));
  } catch {
    return fallback;
  }
}

/** Throws where the folder does not take it. */
export function writeKept(path: string, value: unknown): void {
  writeDurably(path, JSON.stringify(value));
}
