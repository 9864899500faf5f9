// The bytes of a CSV file as UTF-8, piece by piece, and its rows from them.
import { open } from 'node:fs/promises';
import type { CsvDialect } from './csv-dialect.ts';
import type { CsvHead } from './csv-head.ts';
import { type CsvRow, CsvScanner } from './csv-scanner.ts';

const PIECE_BYTES = 1024 * 1024;

/** A file and how it is written. */
export interface CsvLayout {
  path: string;
  dialect: CsvDialect;
  head: CsvHead;
}

export interface Pieces {
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** The text from `offset` on, by default from the header; the mark is not counted. */
export async function openPieces({ path, dialect, head }: CsvLayout, offset = head.bytes, pieceBytes = PIECE_BYTES): Promise<Pieces> {
  const { encoding, markBytes } = dialect;
  const file = await open(path);
  const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  let position = markBytes + (decoder === undefined ? offset : 0);
  // Of a decoded text: bytes that are passed over.
  let passed = decoder === undefined ? 0 : offset;
  let ended = false;
  return {
    async next() {
      if (ended) return undefined;
      // Pieces end at the same bytes wherever reading began: batches are cut between pieces, and have to be the same after a resume.
      const length = pieceBytes - ((position - markBytes) % pieceBytes);
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      position += bytesRead;
      ended = bytesRead === 0;
      const bytes = buffer.subarray(0, bytesRead);
      if (decoder === undefined) return ended ? undefined : bytes;
      // At the end comes what is left of a letter that is not whole.
      const text = Buffer.from(ended ? decoder.decode() : decoder.decode(bytes, { stream: true }));
      const piece = text.subarray(Math.min(passed, text.length));
      passed -= text.length - piece.length;
      return ended && piece.length === 0 ? undefined : piece;
    },
    close: () => file.close(),
  };
}

/** Hands out the rows with data, until `take` answers false. Throws `malformed` for what is no CSV. */
export async function eachRow(layout: CsvLayout, take: (row: CsvRow) => boolean): Promise<void> {
  const { dialect, head } = layout;
  let wanted = true;
  const scanner = new CsvScanner(
    dialect.delimiter,
    (row) => {
      if (wanted && row.number >= head.firstRow) wanted = take(row);
    },
    dialect.padded,
  );
  scanner.seek(head.bytes, head.rows);
  const pieces = await openPieces(layout);
  try {
    for (let piece = await pieces.next(); piece !== undefined && wanted; piece = await pieces.next()) scanner.push(piece);
    if (wanted) scanner.end();
  } finally {
    await pieces.close();
  }
}

/** Throws what is wrong with the first bytes of a file. */
export function assertScans(text: Buffer, { delimiter, padded }: CsvDialect, whole: boolean): void {
  const scanner = new CsvScanner(delimiter, () => undefined, padded);
  scanner.push(text);
  if (whole) scanner.end();
}
