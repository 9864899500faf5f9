// The numbers behind the keys of a file with one of each a line (meminfo, vmstat), looked up where they stood the last time.
import { numberAfter, Scanner } from './scanner.ts';

const NEWLINE = 10;

/** The lines hardly ever move: only where a key is not at its place any more it is searched for. */
export class KeyedNumbers {
  readonly #keys: readonly string[];
  readonly #places: Int32Array;

  /** Keys with all that stands in front of the number, best in the file's order. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.#places = new Int32Array(keys.length);
  }

  /** In the order of the keys; NaN where the file has none. */
  read(bytes: Buffer, values: Float64Array): void {
    const scanner = new Scanner(bytes);
    for (let i = 0; i < this.#keys.length; i++) {
      const key = this.#keys[i]!;
      const place = this.#places[i]!;
      const before = scanner.pos;
      scanner.pos = place;
      if ((place === 0 || bytes[place - 1] === NEWLINE) && scanner.startsWith(key)) {
        scanner.pos += key.length;
        values[i] = scanner.number();
      } else {
        scanner.pos = before;
        values[i] = this.#search(scanner, i);
      }
    }
  }

  /** From where the key before stood, and from the start where it is not behind that one. */
  #search(scanner: Scanner, index: number): number {
    const key = this.#keys[index]!;
    const from = scanner.pos;
    let value = numberAfter(scanner, key);
    if (Number.isNaN(value)) {
      scanner.pos = 0;
      value = numberAfter(scanner, key);
    }
    if (Number.isNaN(value)) {
      scanner.pos = from;
      return value;
    }
    const end = scanner.pos;
    this.#places[index] = scanner.bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    return value;
  }
}
