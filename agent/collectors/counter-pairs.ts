// The files of /proc/net that hold pairs of lines, names and then values, each pair with its group in front (snmp, netstat).
import { Scanner } from '../scanner.ts';

const NEWLINE = 10;

interface Group {
  prefix: string;
  /** The line of names this layout was read from has so many bytes: the kernel adds names, it never moves them. */
  headerBytes: number;
  /** Per column, its place in the result, or -1. */
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

  /** Writes the values in the order they were asked for; NaN for what the kernel does not tell. */
  read(bytes: Buffer, values: Float64Array): void {
    values.fill(Number.NaN);
    const scanner = new Scanner(bytes);
    while (!scanner.done) {
      const start = scanner.pos;
      const group = this.#groups.find(({ prefix }) => scanner.startsWith(prefix));
      scanner.nextLine();
      if (group !== undefined && scanner.startsWith(group.prefix)) this.#readGroup(group, start, scanner, values);
      scanner.nextLine();
    }
  }

  /** The scanner stands at the line of values, that of the names at `start`. */
  #readGroup(group: Group, start: number, scanner: Scanner, values: Float64Array): void {
    const headerBytes = scanner.pos - start;
    if (headerBytes !== group.headerBytes) {
      const names = scanner.bytes
        .toString('latin1', start + group.prefix.length, scanner.pos)
        .trim()
        .split(' ');
      const name = group.prefix.slice(0, -2);
      group.places = Int16Array.from(names, (column) => this.#wanted.indexOf(`${name}.${column}`));
      group.headerBytes = headerBytes;
    }
    scanner.pos += group.prefix.length;
    for (const place of group.places) {
      if (place >= 0) values[place] = scanner.number();
      else scanner.skipWords(1);
      if (scanner.bytes[scanner.pos] === NEWLINE) break;
    }
  }
}
