// Writes columns of cells as CSV, NDJSON or Parquet, part by part, as they come.
import { csvLine } from '../../common/csv.ts';
import { type ExportCell, type ExportColumn, ParquetExport } from './parquet-export.ts';

export type RowFormat = 'csv' | 'ndjson' | 'parquet';

export interface ColumnWriter {
  /** A list of cells for each column, all of one length. */
  add(cells: readonly (readonly ExportCell[])[]): Promise<void>;
  /** Writes what ends the file. */
  end(): Promise<void>;
}

type Write = (data: Uint8Array | string) => Promise<void>;

export function createColumnWriter(format: RowFormat, columns: readonly ExportColumn[], write: Write): ColumnWriter {
  if (format === 'parquet') return new ParquetExport(columns, write);
  return format === 'csv' ? csvWriter(columns, write) : ndjsonWriter(columns, write);
}

function csvWriter(columns: readonly ExportColumn[], write: Write): ColumnWriter {
  let head = csvLine(columns.map(({ name }) => name));
  const fields = columns.map(({ type }) => (type === 'text' ? quoted : plain(type)));
  return {
    add: async (cells) => {
      const lines = rowsOf(cells, (row) => `${fields.map((field, i) => field(cells[i]?.[row] ?? null)).join(',')}\r\n`);
      await write(head + lines);
      head = '';
    },
    end: () => write(head),
  };
}

/** Always in quotes, so that a text that looks like a number is still one when it is read again. Null is an empty field. */
function quoted(cell: ExportCell): string {
  return cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`;
}

function plain(type: ExportColumn['type']): (cell: ExportCell) => string {
  return (cell) => (isNull(cell) ? '' : type === 'time' ? isoTime(Number(cell)) : String(cell));
}

function ndjsonWriter(columns: readonly ExportColumn[], write: Write): ColumnWriter {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  const value = (cell: ExportCell, type: ExportColumn['type']): string => {
    if (isNull(cell)) return 'null';
    return JSON.stringify(type === 'time' ? isoTime(Number(cell)) : cell);
  };
  return {
    add: (cells) =>
      write(rowsOf(cells, (row) => `{${columns.map(({ type }, i) => `${keys[i]}:${value(cells[i]?.[row] ?? null, type)}`).join(',')}}\n`)),
    end: async () => undefined,
  };
}

function rowsOf(cells: readonly (readonly ExportCell[])[], line: (row: number) => string): string {
  const rows = cells[0]?.length ?? 0;
  const lines = new Array<string>(rows);
  for (let row = 0; row < rows; row++) lines[row] = line(row);
  return lines.join('');
}

function isNull(cell: ExportCell): cell is null {
  return cell === null || Number.isNaN(cell);
}

/** Unix microseconds as ISO 8601 with microseconds. */
function isoTime(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(timeUs - ms * 1000).padStart(3, '0')}Z`;
}
