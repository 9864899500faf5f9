// Writes the frames of a query in the format of an export.
import { csvLine } from '../../core/common/csv.ts';
import { ParquetExport } from '../../core/node/export/parquet-export.ts';
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import { type Cell, frameRows } from '../../proto/query-rows.ts';
import { frameCells, toExportColumn } from './export-columns.ts';
import type { ExportFormat } from './export-format.ts';

export interface RowWriter {
  add(frame: QueryFrame): Promise<void>;
  /** What ends the file. */
  end(): Promise<void>;
}

type Write = (data: Uint8Array | string) => Promise<void>;

export function createRowWriter(format: ExportFormat, columns: readonly QueryColumn[], write: Write): RowWriter {
  if (format === 'parquet') {
    const parquet = new ParquetExport(columns.map(toExportColumn), write);
    return { add: (frame) => parquet.add(frameCells(columns, frame)), end: () => parquet.end() };
  }
  return format === 'csv' ? csvWriter(columns, write) : ndjsonWriter(columns, write);
}

function csvWriter(columns: readonly QueryColumn[], write: Write): RowWriter {
  const isText = columns.map((column) => toExportColumn(column).type === 'text');
  let head = csvLine(columns.map((column) => column.name));
  return {
    add: async (frame) => {
      const lines = frameRows(columns, frame).map(
        (row) => `${row.map((cell, i) => (isText[i] ? quotedCell(cell) : (cell ?? ''))).join(',')}\r\n`,
      );
      await write(head + lines.join(''));
      head = '';
    },
    end: () => write(head),
  };
}

/** Always in quotes, so that a text that looks like a number is still one when it is read again. */
function quotedCell(cell: Cell): string {
  return cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`;
}

function ndjsonWriter(columns: readonly QueryColumn[], write: Write): RowWriter {
  const keys = columns.map((column) => JSON.stringify(column.name));
  return {
    add: (frame) => {
      const lines = frameRows(columns, frame).map((row) => `{${row.map((cell, i) => `${keys[i]}:${JSON.stringify(cell)}`).join(',')}}\n`);
      return write(lines.join(''));
    },
    end: async () => undefined,
  };
}
