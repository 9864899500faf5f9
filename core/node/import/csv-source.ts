// A CSV file as a source of rows.
import { type FileHandle, open } from 'node:fs/promises';
import { MusterError } from '../../common/muster-error.ts';
import { type CsvDialect, detectDialect, sampleRows, toUtf8 } from './csv-dialect.ts';
import { CsvImport, headerOf } from './csv-import.ts';
import { CsvScanner } from './csv-scanner.ts';
import { fingerprint } from './fingerprint.ts';
import { type ImportMapping, planMapping } from './import-mapping.ts';
import type { CsvReading, ImportSource, ReadOptions, SourcePosition, SourceReader } from './import-source.ts';
import { isPlain } from './plain-rows.ts';
import { createTimeParser } from './time-cell.ts';

const HEAD_BYTES = 256 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** Throws `not_found` and `malformed`. */
export async function openCsv(path: string, reading: CsvReading = {}): Promise<ImportSource> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await readHead(file);
    const dialect = detectDialect(head, reading);
    const text = toUtf8(head.subarray(dialect.markBytes), dialect.encoding);
    const rows = sampleRows(text, dialect.delimiter, 1000);
    // A guess from rows that cannot be read would only hide what is wrong with them.
    if (rows.length < 2) assertReadable(text, dialect.delimiter, size <= head.length);
    const header = headerOf(rows, path);
    const texts = quotedColumns(text, dialect.delimiter, header.length);
    return {
      path,
      bytes: size,
      format: 'csv',
      description: describe(dialect),
      fingerprint: await fingerprint(file, size),
      plan: (wanted) => planMapping(header, rows.slice(1), wanted, path, texts, { decimalComma: dialect.decimalComma }),
      read: (options, from) => readCsv(path, dialect, header.length, options, from),
      newestUs: (mapping) => newestUs(path, dialect, mapping),
      assertReadable: (mapping) => assertWhole(path, dialect, mapping),
    };
  } finally {
    await file.close();
  }
}

function assertReadable(text: Buffer, delimiter: string, whole: boolean): void {
  const scanner = new CsvScanner(delimiter, () => undefined);
  scanner.push(text);
  if (whole) scanner.end();
}

async function readHead(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/** Columns whose cells are all in quotes, in a file that does not quote everything: who wrote it holds them for texts. */
function quotedColumns(text: Buffer, delimiter: string, width: number): ReadonlySet<number> {
  const quoted = new Set(Array.from({ length: width }, (_, column) => column));
  const scanner = new CsvScanner(delimiter, (row) => {
    if (row.number === 1) return;
    for (const column of quoted) if (row.quotes[column] === 0 && row.starts[column] !== row.ends[column]) quoted.delete(column);
  });
  try {
    scanner.push(text);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return quoted.size === width ? new Set() : quoted;
}

function describe({ encoding, delimiter, decimalComma }: CsvDialect): string {
  const name = delimiter === '\t' ? 'tab' : `"${delimiter}"`;
  return `CSV, ${encoding}, delimiter ${name}${decimalComma ? ', decimal comma (a point separates thousands)' : ''}`;
}

async function readCsv(
  path: string,
  dialect: CsvDialect,
  width: number,
  options: ReadOptions,
  from?: SourcePosition,
): Promise<SourceReader> {
  const pieces = await openPieces(path, dialect, from?.offset, options.pieceBytes);
  const { delimiter, decimalComma } = dialect;
  const reader = new CsvImport({ ...options, delimiter, decimalComma, width });
  if (from !== undefined) reader.scanner.seek(from.offset, from.row);
  return {
    counts: reader.counts,
    get position() {
      return { offset: reader.scanner.offset, row: reader.scanner.rowNumber };
    },
    async next() {
      const piece = await pieces.next();
      if (piece === undefined) reader.scanner.end();
      else reader.scanner.push(piece);
      return piece !== undefined;
    },
    close: () => pieces.close(),
  };
}

async function newestUs(path: string, dialect: CsvDialect, mapping: ImportMapping): Promise<number> {
  const parse = createTimeParser(mapping.time.format, mapping.time.zone);
  const { column } = mapping.time;
  let newest = Number.NEGATIVE_INFINITY;
  const scanner = new CsvScanner(dialect.delimiter, (row) => {
    if (row.number === 1 || row.cells <= column) return;
    const timeUs = parse(row.bytes, row.starts[column] as number, row.ends[column] as number);
    if (timeUs > newest) newest = timeUs;
  });
  const pieces = await openPieces(path, dialect);
  try {
    for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) scanner.push(piece);
    scanner.end();
  } finally {
    await pieces.close();
  }
  return Number.isFinite(newest) ? newest : Number.NaN;
}

/** A file without quotes is only looked over; else it is scanned as the import will. */
async function assertWhole(path: string, dialect: CsvDialect, mapping: ImportMapping): Promise<void> {
  const pieces = await openPieces(path, dialect);
  try {
    if (await isPlain(pieces)) return;
  } finally {
    await pieces.close();
  }
  await newestUs(path, dialect, mapping);
}

/** The file's bytes as UTF-8, without the mark, one piece after the other. `offset` counts these bytes. */
async function openPieces(
  path: string,
  { encoding, markBytes }: CsvDialect,
  offset = 0,
  pieceBytes = PIECE_BYTES,
): Promise<{ next(): Promise<Buffer | undefined>; close(): Promise<void> }> {
  // Only in UTF-8 is a position in the text one in the file.
  if (encoding !== 'utf-8' && offset > 0)
    throw new MusterError('failed_precondition', `${path} is ${encoding}: an import of it begins anew with --restart`);
  const file = await open(path);
  const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  let position = markBytes + offset;
  return {
    async next() {
      // Pieces end at the same bytes wherever reading began: batches are cut between pieces, and have to be the same after a resume.
      const length = pieceBytes - ((position - markBytes) % pieceBytes);
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      position += bytesRead;
      if (bytesRead === 0) return undefined;
      const bytes = buffer.subarray(0, bytesRead);
      return decoder === undefined ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
    },
    close: () => file.close(),
  };
}
