// The keys of a file of JSON lines, wherever they first come, and some values of each: what a column of CSV tells in its header and first rows.
import { MusterError } from '../../../common/muster-error.ts';
import { shownHeader } from '../column-names.ts';
import { cellOf, type Line } from './json-line.ts';

/** As a CSV file may have columns. */
const MAX_KEYS = 10_000;
/** Letters of all keys together. */
const MAX_KEY_LETTERS = 1024 * 1024;
/** Values kept of a key; with so many kept of all keys, of each a few. */
const MAX_CELLS = 1000;
const MANY_CELLS = 200_000;
const FEW_CELLS = 20;
/** Tells that a text is too long for a tag. */
const CELL_LETTERS = 256;
const MANY_LETTERS = 16 * 1024 * 1024;

interface Key {
  cells: string[];
  /** All values kept are texts. */
  isText: boolean;
}

export class KeySamples {
  readonly #path: string;
  readonly #keys = new Map<string, Key>();
  #keyLetters = 0;
  #cells = 0;
  #letters = 0;
  /** Rows looked at. */
  rows = 0;
  /** The first value that is an object or a list. */
  nested: MusterError | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws `limit_exceeded` for a file of too many keys. */
  add(line: Line, row: number): void {
    this.rows++;
    for (const name in line) {
      const value = line[name];
      if (typeof value === 'object' && value !== null) this.nested ??= this.#nestedAt(row, name, value);
      else this.#addValue(this.#keys.get(name) ?? this.#addKey(name, row), value);
    }
  }

  /** In the order in which they first came. */
  get headers(): string[] {
    return [...this.#keys.keys()];
  }

  /** Of each key. */
  get cells(): string[][] {
    return Array.from(this.#keys.values(), (key) => key.cells);
  }

  /** Keys whose values are texts. */
  get texts(): ReadonlySet<number> {
    return new Set([...this.#keys.values()].flatMap(({ isText }, i) => (isText ? [i] : [])));
  }

  #addKey(name: string, row: number): Key {
    this.#keyLetters += name.length;
    if (this.#keys.size >= MAX_KEYS || this.#keyLetters > MAX_KEY_LETTERS)
      throw new MusterError(
        'limit_exceeded',
        `${this.#path} has more than ${this.#keys.size} keys at row ${row}: at most ${MAX_KEYS} are taken, of ${MAX_KEY_LETTERS} letters together; write what tells its rows apart as values`,
      );
    const key = { cells: [], isText: true };
    this.#keys.set(name, key);
    return key;
  }

  #addValue(key: Key, value: unknown): void {
    if (value === null || key.cells.length >= (this.#cells < MANY_CELLS && this.#letters < MANY_LETTERS ? MAX_CELLS : FEW_CELLS)) return;
    if (typeof value !== 'string') key.isText = false;
    const cell = cellOf(value);
    // Copied: a part of a text would hold the whole of it.
    const kept = cell.length <= CELL_LETTERS ? cell : Buffer.from(cell.slice(0, CELL_LETTERS)).toString();
    key.cells.push(kept);
    this.#cells++;
    this.#letters += kept.length;
  }

  #nestedAt(row: number, name: string, value: object): MusterError {
    return new MusterError(
      'invalid_argument',
      `row ${row} of ${this.#path} has ${shownHeader(name)} with ${Array.isArray(value) ? 'a list' : 'an object'} in it: flatten it, or name the keys to take with --fields and --tags`,
    );
  }
}
