// The files of /proc/net that hold pairs of lines, names and then values, each pair with its group in front (snmp, netstat).
import { Scanner } from '../host/scanner.ts';

interface Group {
  prefix: string;
  /** The line of names this layout was read from has so many bytes: the kernel adds names, it never moves them. */
  headerBytes: number;
  /** Per column up to the last wanted one, its place in the result, or -1. */
  places: Int16Array;
}

/** Takes the wanted counters, named `Group.Name`, out of such a file. Where the columns stand is looked up once. */
export class CounterPairs {
  readonly #wanted: readonly string[];
  readonly #groups: Group[];

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
    const groups = new Set(wanted.map((name) => name.slice(0, name.indexOf('.'))));
    this.#groups = [...groups].map((group) => ({ prefix: `${group}: `, headerBytes: -1, places: new Int16Array(0) }));
  }

  /** Writes the values in the order they were asked for, from `start` on; NaN for what the kernel does not tell. */
  read(bytes: Buffer, values: Float64Array, start = 0): void {
    values.fill(Number.NaN, start, start + this.#wanted.length);
    const scanner = new Scanner(bytes);
    // The rest of the file is of no interest once all have been read.
    for (let left = this.#groups.length; left > 0 && !scanner.done; ) {
      const header = scanner.pos;
      const group = this.#groupAt(scanner);
      scanner.nextLine();
      if (group !== undefined && scanner.startsWith(group.prefix)) {
        this.#readGroup(group, header, scanner, values, start);
        left--;
      }
      scanner.nextLine();
    }
  }

  #groupAt(scanner: Scanner): Group | undefined {
    for (const group of this.#groups) if (scanner.startsWith(group.prefix)) return group;
    return undefined;
  }

  /** The scanner stands at the line of values, that of the names at `header`. */
  #readGroup(group: Group, header: number, scanner: Scanner, values: Float64Array, start: number): void {
    const headerBytes = scanner.pos - header;
    if (headerBytes !== group.headerBytes) {
      const names = scanner.bytes
        .toString('latin1', header + group.prefix.length, scanner.pos)
        .trim()
        .split(' ');
      const name = group.prefix.slice(0, -2);
      const places = names.map((column) => this.#wanted.indexOf(`${name}.${column}`));
      group.places = Int16Array.from(places.slice(0, places.findLastIndex((place) => place >= 0) + 1));
      group.headerBytes = headerBytes;
    }
    scanner.pos += group.prefix.length;
    const { places } = group;
    let skipped = 0;
    for (let column = 0; column < places.length; column++) {
      const place = places[column]!;
      if (place < 0) {
        skipped++;
        continue;
      }
      if (skipped > 0) scanner.skipWords(skipped);
      skipped = 0;
      values[start + place] = scanner.number();
    }
  }
}
