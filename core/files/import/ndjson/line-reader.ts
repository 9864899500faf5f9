// The lines of a text file in UTF-8, piece by piece. Empty lines are passed over and counted.
import { type FileHandle, open } from 'node:fs/promises';
import { MusterError } from '../../../common/muster-error.ts';
import type { SourcePosition } from '../import-source.ts';
import { textOfBytes } from '../text-rows.ts';

const PIECE_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 1024 * 1024;
const LF = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

export class LineReader {
  readonly #file: FileHandle;
  readonly #pieceBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  #offset: number;
  #row: number;

  private constructor(file: FileHandle, from: SourcePosition, pieceBytes: number) {
    this.#file = file;
    this.#offset = from.offset;
    this.#row = from.row;
    this.#pieceBytes = pieceBytes;
  }

  static async open(path: string, from: SourcePosition = { offset: 0, row: 0 }, pieceBytes = PIECE_BYTES): Promise<LineReader> {
    return new LineReader(await open(path), from, pieceBytes);
  }

  /** Bytes and lines before the next line. */
  get position(): SourcePosition {
    return { offset: this.#offset, row: this.#row };
  }

  /** Hands out the whole lines of the next piece, `BROKEN_TEXT` for one that is no UTF-8; false at the end. Throws `malformed` for a line without end. */
  async next(onLine: (line: string, row: number) => void): Promise<boolean> {
    const position = this.#offset + this.#rest.length;
    // Pieces end at the same bytes wherever reading began: batches are cut between pieces, and have to be the same after a resume.
    const buffer = Buffer.allocUnsafe(this.#pieceBytes - (position % this.#pieceBytes));
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position);
    const piece = buffer.subarray(0, bytesRead);
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      this.#line(bytes, at, end, end + 1, onLine);
      at = end + 1;
    }
    if (bytesRead === 0 && at < bytes.length) {
      this.#line(bytes, at, bytes.length, bytes.length, onLine);
      at = bytes.length;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > MAX_LINE_BYTES)
      throw new MusterError('malformed', `row ${this.#row + 1} has more than ${MAX_LINE_BYTES} bytes: one object a line is needed`);
    return bytesRead > 0;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #line(bytes: Buffer, start: number, end: number, next: number, onLine: (line: string, row: number) => void): void {
    this.#row++;
    this.#offset += next - start;
    const text = textOfBytes(bytes.subarray(start, end));
    const line = this.#row === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    if (line.trim() !== '') onLine(line, this.#row);
  }
}
