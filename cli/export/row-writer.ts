// Writes the frames of a query in the format of an export.
import { type ColumnWriter, createColumnWriter } from '../../core/files/export/row-writer.ts';
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import { frameCells, toExportColumn } from './export-columns.ts';
import type { ExportFormat } from './export-format.ts';

export interface RowWriter {
  add(frame: QueryFrame): Promise<void>;
  /** What ends the file. */
  end: ColumnWriter['end'];
}

export function createRowWriter(
  format: ExportFormat,
  columns: readonly QueryColumn[],
  write: (data: Uint8Array | string) => Promise<void>,
): RowWriter {
  const writer = createColumnWriter(format, columns.map(toExportColumn), write);
  return { add: (frame) => writer.add(frameCells(columns, frame)), end: () => writer.end() };
}
