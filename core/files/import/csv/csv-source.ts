// A CSV file as a source of rows.
import { type FileHandle, open } from 'node:fs/promises';
import { MusterError } from '../../../common/muster-error.ts';
import { isAbsent } from '../absent-words.ts';
import { fingerprint } from '../fingerprint.ts';
import { FoldRows } from '../fold-rows.ts';
import { type ImportMapping, planMapping } from '../import-mapping.ts';
import type { CsvReading, ImportSource, ReadOptions, SourcePosition, SourceReader } from '../import-source.ts';
import { hasChanges } from '../time/time-zone.ts';
import { type CsvDialect, detectDialect, sampleRows } from './csv-dialect.ts';
import { brokenWords, type CsvBytes, encodingOf, isBroken, isMostlyUtf8, isWestern, toUtf8 } from './csv-encoding.ts';
import { type CsvHead, leadingLines, readHead } from './csv-head.ts';
import { CsvImport } from './csv-import.ts';
import { assertScans, type CsvLayout, eachRow, openPieces } from './csv-pieces.ts';
import { CsvScanner, cellText } from './csv-scanner.ts';
import { CsvTimes } from './csv-times.ts';
import { isPlain } from './plain-rows.ts';

const HEAD_BYTES = 256 * 1024;
const SAMPLE_ROWS = 1000;
/** Cells of a column that is empty in the first rows: as many tell what it is. */
const LATER_CELLS = 200;

/** Throws `not_found`, `malformed` and `invalid_argument`. */
export async function openCsv(path: string, reading: CsvReading = {}): Promise<ImportSource> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = await readBeginning(file);
    const whole = size <= bytes.length;
    const written = await encodingOfFile(file, size, bytes, reading);
    const text = toUtf8(bytes.subarray(written.markBytes), written.encoding);
    const leading = leadingLines(text, reading);
    const told = leading.delimiter === undefined ? reading : { delimiter: leading.delimiter, ...reading };
    const dialect: CsvDialect = { ...written, ...detectDialect(text.subarray(leading.bytes), told, whole) };
    const head = readHead(text, leading, dialect, whole, path);
    assertHeader(head, dialect, text);
    const table = text.subarray(head.bytes);
    const samples = sampleRows(table, dialect.delimiter, SAMPLE_ROWS + 1, whole, dialect.padded);
    // A guess from rows that cannot be read would only hide what is wrong with them.
    if (samples.length < 2) assertScans(table, dialect, whole);
    const firstSample = head.firstRow - head.rows;
    const found = samples
      .filter(({ cells, number }) => number >= firstSample && !(head.hasComments && cells[0]?.startsWith('#')))
      .map(({ cells }) => cells);
    const even = found.filter((cells) => cells.length === head.header.length && !cells.every((cell, i) => cell.trim() === head.header[i]));
    // Where no row is as wide as the header, each is refused by its number.
    const rows = even.length > 0 ? even : found;
    const layout: CsvLayout = { path, dialect, head };
    const texts = new Set([...quotedColumns(table, dialect, head.header.length, firstSample), ...head.texts]);
    const isAll = whole && samples.length <= SAMPLE_ROWS;
    const later = isAll ? new Map<number, string[]>() : await laterCells(layout, rows);
    const hints = { decimalComma: dialect.decimalComma, later, useless: head.useless, joinsTimes: true };
    return {
      path,
      bytes: size,
      format: 'csv',
      description: describe(dialect, head),
      fingerprint: await fingerprint(file, size),
      plan: (wanted) => withNotes(planMapping(head.header, rows, wanted, path, texts, hints), written, reading),
      read: (options, from) => readCsv(layout, options, from),
      newestUs: (mapping) => newestUs(layout, mapping),
      assertReadable: (mapping) => assertWhole(layout, mapping),
    };
  } finally {
    await file.close();
  }
}

function withNotes(mapping: ImportMapping, { encoding }: CsvBytes, told: CsvReading): ImportMapping {
  if (encoding !== 'latin1' || told.encoding !== undefined) return mapping;
  return {
    ...mapping,
    notes: [...mapping.notes, 'its letters are no UTF-8 and are read as Windows-1252: --encoding (encoding) names another'],
  };
}

async function readBeginning(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

async function encodingOfFile(file: FileHandle, size: number, head: Buffer, { encoding }: CsvReading): Promise<CsvBytes> {
  const guess = encodingOf(head, encoding);
  const isSure = encoding !== undefined || guess.markBytes > 0 || guess.encoding !== 'utf-8';
  if (isSure || (await isMostlyUtf8(file, size))) return guess;
  if (!(await isWestern(file, size)))
    throw new MusterError(
      'invalid_argument',
      'the file is no UTF-8, and of the codepages it cannot be told which it is: name one with --encoding (encoding), such as windows-1251, windows-1253, shift_jis, gbk or euc-kr, or save it as UTF-8',
    );
  return { ...guess, encoding: 'latin1' };
}

function assertHeader({ header }: CsvHead, { encoding }: CsvDialect, text: Buffer): void {
  const broken = header.findIndex((cell) => isBroken(cell, text, encoding));
  if (broken >= 0) throw new MusterError('malformed', `the header of column ${broken + 1} ${brokenWords(encoding)}`);
}

/** Columns whose cells are all in quotes, in a file that does not quote everything: who wrote it holds them for texts. */
function quotedColumns(text: Buffer, { delimiter, padded }: CsvDialect, width: number, firstRow: number): ReadonlySet<number> {
  const quoted = new Set(Array.from({ length: width }, (_, column) => column));
  // An empty cell without quotes says nothing, and a column may have no other here.
  const told = new Set<number>();
  const scanner = new CsvScanner(
    delimiter,
    (row) => {
      if (row.number < firstRow) return;
      for (const column of quoted) {
        const start = row.starts[column]!;
        const end = row.ends[column]!;
        if (row.quotes[column] !== 0) told.add(column);
        // Quotes that the delimiter in a cell asks for, as in "1,034.5", say nothing of what it is.
        if (
          row.quotes[column] === 0 ? start !== end : row.bytes.indexOf(delimiter, start) < end && row.bytes.indexOf(delimiter, start) >= 0
        )
          quoted.delete(column);
      }
    },
    padded,
  );
  try {
    scanner.push(text);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return quoted.size === width ? new Set() : new Set([...quoted].filter((column) => told.has(column)));
}

/** Looks through the file for cells of the columns that have none in the first rows, until it knows what each is. */
async function laterCells(layout: CsvLayout, rows: readonly (readonly string[])[]): Promise<Map<number, string[]>> {
  const { header, hasComments } = layout.head;
  const empty = header.flatMap((_, column) => (rows.every((row) => isAbsent((row[column] ?? '').trim())) ? [column] : []));
  const later = new Map(empty.map((column) => [column, [] as string[]]));
  const open = new Set(empty);
  await eachRow(layout, (row) => {
    if (row.cells !== header.length || (hasComments && row.bytes[row.starts[0]!] === 0x23)) return open.size > 0;
    for (const column of open) {
      if (row.starts[column] === row.ends[column]) continue;
      const cell = cellText(row, column).trim();
      const cells = later.get(column) as string[];
      if (isAbsent(cell) || cell === header[column] || cells.push(cell) < LATER_CELLS) continue;
      open.delete(column);
    }
    return open.size > 0;
  });
  return later;
}

function describe({ encoding, delimiter, decimalComma }: CsvDialect, { words }: CsvHead): string {
  const name = delimiter === '\t' ? 'tab' : delimiter < ' ' ? `byte ${delimiter.charCodeAt(0)}` : `"${delimiter}"`;
  const shown = encoding === 'latin1' ? 'Windows-1252' : encoding;
  return `CSV, ${shown}, delimiter ${name}${decimalComma ? ', decimal comma (a point separates thousands)' : ''}${words === '' ? '' : `, ${words}`}`;
}

async function readCsv(layout: CsvLayout, options: ReadOptions, from?: SourcePosition): Promise<SourceReader> {
  const { dialect, head } = layout;
  const folds = await findFolds(layout, options.mapping);
  // Only in UTF-8 is a position in the text one in the file, and only without comments does a row not depend on what stands before it.
  const again = from !== undefined && (dialect.encoding !== 'utf-8' || head.hasComments);
  const start = from === undefined || again ? { offset: head.bytes, row: head.rows } : from;
  const pieces = await openPieces(layout, start.offset, options.pieceBytes);
  const reader = new CsvImport({ ...options, dialect, head, folds, afterRow: again ? from.row : 0 });
  reader.scanner.seek(start.offset, start.row);
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

/** Which pass of the hour a row is of, where clocks were set back. */
async function findFolds(layout: CsvLayout, { time, node, tags }: ImportMapping): Promise<Map<number, boolean>> {
  if (!hasChanges(time.zone)) return new Map();
  const { header } = layout.head;
  let fold: [firstUs: number, secondUs: number] | undefined;
  const times = new CsvTimes(time, (firstUs, secondUs) => {
    fold = [firstUs, secondUs];
    return firstUs;
  });
  let found = false;
  await eachRow(layout, (row) => {
    if (row.cells === header.length) times.of(row);
    found = fold !== undefined;
    return !found;
  });
  if (!found) return new Map();
  const columns = [...(node.column < 0 ? [] : [node.column]), ...tags.map((tag) => tag.column)];
  const rows = new FoldRows();
  await eachRow(layout, (row) => {
    if (row.cells !== header.length) return true;
    fold = undefined;
    const us = times.of(row);
    if (Number.isNaN(us)) return true;
    const series = JSON.stringify(columns.map((column) => cellText(row, column).trim()));
    if (fold === undefined) rows.add(series, row.number, us);
    else rows.add(series, row.number, us, ...(fold as [number, number]));
    return true;
  });
  return rows.choices();
}

async function newestUs(layout: CsvLayout, mapping: ImportMapping): Promise<number> {
  const times = new CsvTimes(mapping.time, (_, secondUs) => secondUs);
  let newest = Number.NEGATIVE_INFINITY;
  await eachRow(layout, (row) => {
    if (row.cells <= mapping.time.column) return true;
    const timeUs = times.of(row);
    if (timeUs > newest) newest = timeUs;
    return true;
  });
  return Number.isFinite(newest) ? newest : Number.NaN;
}

/** A file without quotes is only looked over; else it is scanned as the import will. */
async function assertWhole(layout: CsvLayout, mapping: ImportMapping): Promise<void> {
  const pieces = await openPieces(layout);
  try {
    if (await isPlain(pieces)) return;
  } finally {
    await pieces.close();
  }
  await newestUs(layout, mapping);
}
