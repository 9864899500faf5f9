// Reads and writes protobuf's wire format. Owns bytes and bounds; knows no message.
// Source: https://protobuf.dev/programming-guides/encoding/
import { MusterError } from '../core/common/muster-error.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TWO_32 = 4294967296;
/** Up to so many are written one by one: a view of a short array of doubles costs more than its bytes. */
const FEW_DOUBLES = 64;

/** A buffer that grows. `finish` hands out a copy, so a writer can be used again after `reset`. */
export class WireWriter {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#view = viewOf(this.#buffer);
  }

  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.#length = 0;
  }

  /** What was written, where it stands: for a writer that is not used again. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  finish(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#length);
    this.#buffer.copy(copy, 0, 0, this.#length);
    return copy;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }

  tag(field: number, wireType: number): void {
    this.uint((field << 3) | wireType);
  }

  /** Unsigned varint of a safe integer. */
  uint(value: number): void {
    this.#reserve(10);
    const buffer = this.#buffer;
    let at = this.#length;
    if (value < 128) {
      buffer[at] = value;
      this.#length = at + 1;
      return;
    }
    let rest = value;
    while (rest >= TWO_32 / 2) {
      buffer[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    let small = rest | 0;
    while (small > 127) {
      buffer[at++] = (small & 127) | 128;
      small >>>= 7;
    }
    buffer[at++] = small;
    this.#length = at;
  }

  /** Zig-zag varint of a safe integer. */
  sint(value: number): void {
    if (value >= -1073741824 && value < 1073741824) {
      this.uint(((value << 1) ^ (value >> 31)) >>> 0);
    } else if (Math.abs(value) < 4503599627370496) {
      this.uint(value < 0 ? -value * 2 - 1 : value * 2);
    } else {
      this.#bigVarint(value < 0 ? -BigInt(value) * 2n - 1n : BigInt(value) * 2n);
    }
  }

  #bigVarint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Doubles one after the other, little-endian, without tag or length. */
  doubles(values: Float64Array): void {
    this.#reserve(values.byteLength);
    if (LITTLE_ENDIAN && values.length > FEW_DOUBLES) {
      this.#buffer.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.#length);
    } else {
      const view = this.#view;
      const start = this.#length;
      for (let i = 0; i < values.length; i++) view.setFloat64(start + i * 8, values[i]!, true);
    }
    this.#length += values.byteLength;
  }

  /** Bytes without tag or length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A packed field of unsigned varints. */
  packedUints(field: number, values: Uint32Array): void {
    const packed = this.open(field);
    this.#reserve(values.length * 5);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < values.length; i++) {
      let rest = values[i]!;
      while (rest > 127) {
        buffer[at++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      buffer[at++] = rest;
    }
    this.#length = at;
    this.close(packed);
  }

  bytesField(field: number, bytes: Uint8Array): void {
    this.tag(field, BYTES);
    this.uint(bytes.length);
    this.raw(bytes);
  }

  stringField(field: number, text: string): void {
    this.tag(field, BYTES);
    if (text.length < 40) {
      // At most three bytes a UTF-16 unit, so the length is one byte.
      this.#reserve(1 + text.length * 3);
      const written = this.#buffer.write(text, this.#length + 1, 'utf8');
      this.#buffer[this.#length] = written;
      this.#length += 1 + written;
      return;
    }
    const length = Buffer.byteLength(text);
    this.uint(length);
    this.#reserve(length);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** Opens a length-delimited field; give the result to `close`. */
  open(field: number): number {
    this.tag(field, BYTES);
    this.#reserve(5);
    const mark = this.#length;
    this.#length += 1;
    return mark;
  }

  /** Writes the length of what came since `open`, moving it where the length needs more than a byte. */
  close(mark: number): void {
    const size = this.#length - mark - 1;
    if (size < 128) {
      this.#buffer[mark] = size;
      return;
    }
    const lengthBytes = size < 16384 ? 2 : size < 2097152 ? 3 : size < 268435456 ? 4 : 5;
    this.#reserve(lengthBytes);
    this.#buffer.copyWithin(mark + lengthBytes, mark + 1, this.#length);
    this.#length = mark;
    this.uint(size);
    this.#length += size;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Reads one message's bytes; every read is checked against its end and throws `malformed` beyond it. */
export class WireReader {
  readonly buffer: Buffer;
  pos: number;
  readonly end: number;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.pos = start;
    this.end = end;
  }

  get done(): boolean {
    return this.pos >= this.end;
  }

  /** Unsigned varint as a number; more than 2^53 − 1 is `malformed`, as no field of ours needs it. */
  uint(): number {
    const buffer = this.buffer;
    let at = this.pos;
    let byte = at < this.end ? buffer[at++]! : this.#short();
    if (byte < 128) {
      this.pos = at;
      return byte;
    }
    let value = byte & 127;
    let scale = 128;
    do {
      byte = at < this.end ? buffer[at++]! : this.#short();
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127 && scale < 2 ** 63);
    this.pos = at;
    if (byte > 127 || value > Number.MAX_SAFE_INTEGER) return this.#large(value);
    return value;
  }

  /** Zig-zag varint. Beyond ±2^53 the value is the nearest double, so that a range check can name it. */
  sint(): number {
    const start = this.pos;
    const buffer = this.buffer;
    const first = buffer[start]!;
    if (start < this.end && first < 128) {
      this.pos = start + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    let scale = 1;
    let at = start;
    let odd = 0;
    for (;;) {
      const byte = at < this.end ? buffer[at++]! : this.#short();
      if (scale === 1) odd = byte & 1;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > 2 ** 63) throw new MusterError('malformed', `a varint is longer than ten bytes at byte ${start}`);
    }
    this.pos = at;
    if (value > Number.MAX_SAFE_INTEGER) return this.#bigSint(start, at);
    return odd === 1 ? -(value + 1) / 2 : value / 2;
  }

  #bigSint(start: number, end: number): number {
    let value = 0n;
    for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt(this.buffer[at]! & 127);
    value = BigInt.asUintN(64, value);
    return Number((value >> 1n) ^ -(value & 1n));
  }

  double(): number {
    this.#need(8);
    const value = this.buffer.readDoubleLE(this.pos);
    this.pos += 8;
    return value;
  }

  /** The end of the length-delimited field that starts here; the position is left at its first byte. */
  block(): number {
    const length = this.uint();
    if (length > this.end - this.pos) {
      throw new MusterError('malformed', `a field claims ${length} bytes at byte ${this.pos}, ${this.end - this.pos} are left`);
    }
    return this.pos + length;
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const end = this.block();
    const view = this.buffer.subarray(this.pos, end);
    this.pos = end;
    return view;
  }

  string(): string {
    const end = this.block();
    const text = this.buffer.toString('utf8', this.pos, end);
    this.pos = end;
    return text;
  }

  /** A packed block of doubles, copied so that it is aligned. */
  doubles(): Float64Array {
    const end = this.block();
    const size = end - this.pos;
    if (size % 8 !== 0) throw new MusterError('malformed', `a packed double field has ${size} bytes, not a multiple of 8`);
    const values = new Float64Array(size / 8);
    if (LITTLE_ENDIAN) new Uint8Array(values.buffer).set(this.buffer.subarray(this.pos, end));
    else for (let i = 0; i < values.length; i++) values[i] = this.buffer.readDoubleLE(this.pos + 8 * i);
    this.pos = end;
    return values;
  }

  /** Skips a field that is not known. Groups are refused: no message of ours has them, and they may nest. */
  skip(wireType: number): void {
    if (wireType === VARINT) {
      let left = 10;
      while (left-- > 0) {
        if (this.pos >= this.end) this.#short();
        if (this.buffer[this.pos++]! < 128) return;
      }
      throw new MusterError('malformed', `a varint is longer than ten bytes at byte ${this.pos}`);
    }
    if (wireType === FIXED64 || wireType === FIXED32) {
      const size = wireType === FIXED64 ? 8 : 4;
      this.#need(size);
      this.pos += size;
    } else if (wireType === BYTES) {
      this.pos = this.block();
    } else {
      throw new MusterError('malformed', `wire type ${wireType} at byte ${this.pos} is not one of ours`);
    }
  }

  /** Throws unless a field has the wire type that its number demands. */
  expect(field: number, wireType: number, expected: number): void {
    if (wireType !== expected) {
      throw new MusterError('malformed', `field ${field} has wire type ${wireType}, expected ${expected}`);
    }
  }

  #need(bytes: number): void {
    if (this.end - this.pos < bytes) this.#short();
  }

  #short(): never {
    throw new MusterError('malformed', `the message ends in the middle of a field at byte ${this.end}`);
  }

  #large(value: number): never {
    throw new MusterError('malformed', `a number of about ${value} at byte ${this.pos} is beyond 2^53`);
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
