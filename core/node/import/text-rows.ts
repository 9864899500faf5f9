// The texts of rows that wait for their batch. A frame has no absent text: rows that lack one go into a frame without that field, so that it stays
// NULL and is not the empty text.
import { Buffer } from 'node:buffer';

/** Which rows lack which texts is kept in the bits of one integer. */
export const MAX_TEXTS = 30;
/** A batch holds one row at least, and has to stay within the size of a message. */
const MAX_ROW_TEXT_BYTES = 256 * 1024;
/** Of a text in a batch, beside its bytes. */
const TEXT_HEAD_BYTES = 4;
const MOST_BYTES_A_LETTER = 3;

/** Null is an absent one. */
export type RowTexts = readonly (string | null)[];

/** Rows that have the same texts. */
export interface TextGroup {
  /** Positions of the text fields that they have. */
  fields: readonly number[];
  /** Undefined for all rows. */
  rows: Uint32Array | undefined;
}

/** Without text fields all rows are alike. */
export const NO_TEXT_GROUPS: readonly TextGroup[] = [{ fields: [], rows: undefined }];

export class TextRows {
  readonly #width: number;
  /** Row after row. */
  #texts: (string | null)[] = [];
  /** Of each row, a bit for each text that it has. */
  #present: number[] = [];
  /** As a batch would have them. */
  bytes = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Bytes that the texts of a row take in a batch. */
  static bytesOf(texts: RowTexts): number {
    let bytes = 0;
    for (const text of texts) if (text !== null) bytes += Buffer.byteLength(text) + TEXT_HEAD_BYTES;
    return bytes;
  }

  /** `bytes` as of `bytesOf`. */
  add(texts: RowTexts, bytes: number): void {
    let present = 0;
    for (let i = 0; i < this.#width; i++) {
      const text = texts[i] ?? null;
      if (text !== null) present |= 1 << i;
      this.#texts.push(text);
    }
    this.#present.push(present);
    this.bytes += bytes;
  }

  /** In the order of their first rows. */
  groups(): TextGroup[] {
    const rowsOf = new Map<number, number[]>();
    for (const [row, present] of this.#present.entries()) {
      const rows = rowsOf.get(present);
      if (rows === undefined) rowsOf.set(present, [row]);
      else rows.push(row);
    }
    return [...rowsOf].map(([present, rows]) => ({
      fields: Array.from({ length: this.#width }, (_, i) => i).filter((i) => (present & (1 << i)) !== 0),
      rows: rowsOf.size === 1 ? undefined : Uint32Array.from(rows),
    }));
  }

  /** The texts of a group, row after row. */
  textsOf({ fields, rows }: TextGroup): string[] {
    if (fields.length === 0) return [];
    const of = (row: number): string[] => fields.map((field) => this.#texts[row * this.#width + field] as string);
    return rows === undefined ? this.#present.flatMap((_, row) => of(row)) : [...rows].flatMap(of);
  }

  clear(): void {
    this.#texts = [];
    this.#present = [];
    this.bytes = 0;
  }
}

/** Why a row with these texts cannot be stored, or undefined; `columns` names them. */
export function textProblem(texts: RowTexts, columns: readonly { header: string }[]): string | undefined {
  let letters = 0;
  for (const [i, text] of texts.entries()) {
    if (text === null) continue;
    if (text.includes('\0')) return `${columns[i]?.header} has a NUL character in it, which no text may have`;
    letters += text.length;
  }
  if (letters * MOST_BYTES_A_LETTER <= MAX_ROW_TEXT_BYTES) return undefined;
  const bytes = TextRows.bytesOf(texts);
  return bytes <= MAX_ROW_TEXT_BYTES
    ? undefined
    : `its texts have ${bytes} bytes, a row may have ${MAX_ROW_TEXT_BYTES}: leave a column out`;
}
