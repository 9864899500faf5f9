// The texts of rows that wait for their batch. An absent one is told from the empty text, so that it stays NULL.
import { Buffer, isUtf8 } from 'node:buffer';
import { TEXT_BYTES } from '../../common/batch-size.ts';
import { absentBits, type FrameColumns } from '../../common/frame.ts';

/** Columns that may be texts. */
export const MAX_TEXTS = 30;
/** A batch holds one row at least, and has to stay within the size of a message. */
const MAX_ROW_TEXT_BYTES = 256 * 1024;
const MOST_BYTES_A_LETTER = 3;

/** Stands for bytes that are no UTF-8: what was made of them would be another text. Its row is refused. */
export const BROKEN_TEXT = '\0';

/** Why no row may have this text, or undefined. */
export function letterProblem(text: string): string | undefined {
  if (text === BROKEN_TEXT) return 'has bytes that are no UTF-8: write it as UTF-8, or leave it out with --fields and --texts';
  return text.includes('\0') ? 'has a NUL character in it, which no text may have' : undefined;
}

/** The text of bytes, `BROKEN_TEXT` where they are none. */
export function textOfBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.includes('\ufffd') && !isUtf8(bytes) ? BROKEN_TEXT : text;
}

/** Null is an absent one. */
export type RowTexts = readonly (string | null)[];

/** Of a frame. */
export type FrameTexts = Pick<FrameColumns, 'texts' | 'absentTexts'>;

export const NO_TEXTS: FrameTexts = { texts: [] };

export class TextRows {
  readonly #width: number;
  /** Row after row. */
  #texts: string[] = [];
  /** Positions in `#texts`. */
  #absent: number[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  /** Bytes that the texts of a row take in a batch. */
  static bytesOf(texts: RowTexts): number {
    let bytes = texts.length * TEXT_BYTES;
    for (const text of texts) if (text !== null) bytes += Buffer.byteLength(text);
    return bytes;
  }

  add(texts: RowTexts): void {
    for (let i = 0; i < this.#width; i++) {
      const text = texts[i] ?? null;
      if (text === null) this.#absent.push(this.#texts.length);
      this.#texts.push(text ?? '');
    }
  }

  /** The texts of all rows, which wait no longer. */
  take(): FrameTexts {
    const texts = this.#texts;
    const absentTexts = absentBits(texts.length, this.#absent);
    this.#texts = [];
    this.#absent = [];
    return { texts, absentTexts };
  }
}

/** Why a row with these texts cannot be stored, or undefined; `columns` names them. */
export function textProblem(texts: RowTexts, columns: readonly { header: string }[]): string | undefined {
  let letters = 0;
  for (const [i, text] of texts.entries()) {
    if (text === null) continue;
    const problem = letterProblem(text);
    if (problem !== undefined) return `${columns[i]?.header} ${problem}`;
    letters += text.length;
  }
  if (letters * MOST_BYTES_A_LETTER <= MAX_ROW_TEXT_BYTES) return undefined;
  const bytes = TextRows.bytesOf(texts);
  return bytes <= MAX_ROW_TEXT_BYTES
    ? undefined
    : `its texts have ${bytes} bytes, a row may have ${MAX_ROW_TEXT_BYTES}: leave a column out`;
}
