// Walks over the bytes of a /proc or /sys file and takes only the words and numbers that are wanted, without splitting the rest.

const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** A position in bytes. Words are separated by spaces and tabs, lines by `\n`; nothing moves past the end of a line but `nextLine`. */
export class Scanner {
  readonly bytes: Buffer;
  pos: number;
  readonly #end: number;

  constructor(bytes: Buffer, pos = 0) {
    this.bytes = bytes;
    this.pos = pos;
    this.#end = bytes.length;
  }

  get done(): boolean {
    return this.pos >= this.#end;
  }

  /** To the start of the next line; false at the end of the file. */
  nextLine(): boolean {
    const at = this.bytes.indexOf(NEWLINE, this.pos);
    this.pos = at < 0 ? this.#end : at + 1;
    return this.pos < this.#end;
  }

  /** Does the rest of the file start with these ASCII characters? */
  startsWith(text: string): boolean {
    const { bytes, pos } = this;
    const { length } = text;
    if (pos + length > this.#end) return false;
    for (let i = 0; i < length; i++) if (bytes[pos + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Goes behind the next occurrence of the text on this line; false, without moving, where there is none. */
  seekInLine(text: string): boolean {
    const at = this.bytes.indexOf(text, this.pos, 'latin1');
    const end = this.bytes.indexOf(NEWLINE, this.pos);
    if (at < 0 || (end >= 0 && at >= end)) return false;
    this.pos = at + text.length;
    return true;
  }

  skipSpaces(): void {
    const { bytes } = this;
    let at = this.pos;
    while (bytes[at] === SPACE || bytes[at] === TAB) at++;
    this.pos = at;
  }

  /** The next unsigned decimal number; NaN, without moving, where the line ends or something else stands. */
  number(): number {
    const { bytes } = this;
    const end = this.#end;
    let at = this.pos;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    this.pos = at;
    let byte = at < end ? bytes[at]! : NEWLINE;
    if (byte < ZERO || byte > NINE) return Number.NaN;
    let value = 0;
    do {
      value = value * 10 + (byte - ZERO);
      byte = ++at < end ? bytes[at]! : NEWLINE;
    } while (byte >= ZERO && byte <= NINE);
    if (byte === DOT) {
      let scale = 1;
      byte = ++at < end ? bytes[at]! : NEWLINE;
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        scale *= 10;
        byte = ++at < end ? bytes[at]! : NEWLINE;
      }
      value /= scale;
    }
    this.pos = at;
    return value;
  }

  /** The next word up to a space, a tab, the end of the line or `stop`; empty at the end of the line. */
  word(stop = NEWLINE): string {
    this.skipSpaces();
    const { bytes } = this;
    const start = this.pos;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === SPACE || byte === TAB || byte === NEWLINE || byte === stop) break;
    }
    this.pos = at;
    return bytes.toString('utf8', start, at);
  }

  skipWords(count: number): void {
    const { bytes } = this;
    const end = this.#end;
    let at = this.pos;
    for (let i = 0; i < count; i++) {
      let byte = at < end ? bytes[at] : NEWLINE;
      while (byte === SPACE || byte === TAB) byte = ++at < end ? bytes[at] : NEWLINE;
      while (byte !== SPACE && byte !== TAB && byte !== NEWLINE) byte = ++at < end ? bytes[at] : NEWLINE;
    }
    this.pos = at;
  }
}

/** The number behind `key` at the start of a line, looked for from the scanner's position on; NaN, without moving, where there is none. */
export function numberAfter(scanner: Scanner, key: string): number {
  if (!scanner.startsWith(key)) {
    const at = scanner.bytes.indexOf(`\n${key}`, scanner.pos, 'latin1');
    if (at < 0) return Number.NaN;
    scanner.pos = at + 1;
  }
  scanner.pos += key.length;
  return scanner.number();
}
