// What a CSV file's bytes are written in. A byte that the encoding does not have is never replaced in silence.
import { isAscii, isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { MusterError } from '../../../common/muster-error.ts';

/** `utf-8`, `latin1` (as browsers read it, with the letters of Windows-1252), `utf-16le`, `utf-16be` or another label of the Encoding standard. */
export type CsvEncoding = string;

export interface CsvBytes {
  encoding: CsvEncoding;
  /** Bytes of the mark at the beginning. */
  markBytes: number;
}

const LOOK_BYTES = 4 * 1024 * 1024;
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const C1_CONTROL = /[\u0080-\u009f]/;

/** `told` is a label that the caller names. Throws `invalid_argument` for none that is known. */
export function encodingOf(head: Buffer, told?: string): CsvBytes {
  const marked = markOf(head);
  if (told !== undefined) {
    const encoding = canonical(told);
    return { encoding, markBytes: marked?.encoding === encoding ? marked.markBytes : 0 };
  }
  if (marked !== undefined) return marked;
  // Latin letters in UTF-16 have a zero in every other byte.
  if (head.length >= 4 && head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (head.length >= 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0) return { encoding: 'utf-16be', markBytes: 0 };
  return { encoding: 'utf-8', markBytes: 0 };
}

function markOf(head: Buffer): CsvBytes | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  return head[0] === 0xfe && head[1] === 0xff ? { encoding: 'utf-16be', markBytes: 2 } : undefined;
}

function canonical(label: string): CsvEncoding {
  try {
    const { encoding } = new TextDecoder(label);
    return encoding === 'windows-1252' ? 'latin1' : encoding;
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `encoding is ${JSON.stringify(label.slice(0, 40))}: utf-8, windows-1252, utf-16le, shift_jis, gbk or another of the Encoding standard is needed`,
      error,
    );
  }
}

/**
 * Whether a file without a mark is UTF-8, by all of its bytes. One that has letters of UTF-8 and a few broken ones is: those cost their rows. One
 * whose bytes beyond ASCII are mostly none of UTF-8 is written in a codepage.
 */
export async function isMostlyUtf8(file: FileHandle, size: number): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(Math.min(LOOK_BYTES, Math.max(1, size)));
  let letters = 0;
  let broken = 0;
  let position = 0;
  while (position < size) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    const last = position + bytesRead >= size;
    const bytes = buffer.subarray(0, bytesRead);
    const cut = last ? bytes.length : wholeLetters(bytes);
    const piece = bytes.subarray(0, cut);
    if (!isAscii(piece)) {
      if (isUtf8(piece)) letters++;
      else {
        const text = piece.toString('utf8');
        for (const letter of text.match(/\P{ASCII}/gu) ?? []) letter === REPLACEMENT ? broken++ : letters++;
      }
    }
    position += cut;
  }
  return broken === 0 || letters > broken;
}

/** False where letters beyond ASCII stand side by side, as in no language that Windows-1252 is for: the file is written in another codepage. */
export async function isWestern(file: FileHandle, size: number): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(Math.min(LOOK_BYTES, Math.max(1, size)));
  for (let position = 0; position < size; position += buffer.length) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytesRead === 0 || isAscii(bytes)) continue;
    let all = 0;
    let aside = 0;
    for (let at = 0, run = 0; at <= bytes.length; at++) {
      if (at < bytes.length && bytes[at]! >= 0x80) run++;
      else {
        all += run;
        if (run >= 3) aside += run;
        run = 0;
      }
    }
    return aside * 2 <= all;
  }
  return true;
}

/** Bytes before a letter that goes on in the next piece. */
function wholeLetters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

/** Bytes as UTF-8, in one piece. */
export function toUtf8(bytes: Buffer, encoding: CsvEncoding): Buffer {
  return encoding === 'utf-8' ? bytes : Buffer.from(new TextDecoder(encoding).decode(bytes, { stream: true }));
}

/** True where some bytes of a text were none of the file's encoding. `bytes` are UTF-8, decoded from it. */
export function isBroken(text: string, bytes: Uint8Array, encoding: CsvEncoding): boolean {
  if (encoding === 'latin1' && C1_CONTROL.test(text)) return true;
  if (!text.includes(REPLACEMENT)) return false;
  return encoding !== 'utf-8' || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(REPLACEMENT_BYTES);
}

/** Why a row with such a text is refused, after the column's name. */
export function brokenWords(encoding: CsvEncoding): string {
  return `has bytes that are no ${encoding === 'latin1' ? 'Windows-1252' : encoding.toUpperCase()}: name the file's encoding with --encoding (encoding)`;
}
