// The columns of a query's frame as a file has them.
import type { ExportCell, ExportColumn, ExportType } from '../../core/files/export/parquet-export.ts';
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import { toNumber } from '../../proto/query-rows.ts';

const TYPES: Readonly<Record<string, ExportType>> = {
  ...{ double: 'double', float: 'double', decimal: 'text', long: 'long', int: 'int', short: 'int', byte: 'int' },
  ...{ timestamp: 'time', timestamp_ns: 'time', date: 'time', boolean: 'boolean' },
};

export function toExportColumn({ name, type }: QueryColumn): ExportColumn {
  return { name, type: TYPES[type] ?? 'text' };
}

/** A list of cells for each column: times in Unix µs, NaN and null for what is absent. */
export function frameCells(columns: readonly QueryColumn[], frame: QueryFrame): ExportCell[][] {
  return columns.map((column, i) => {
    const values = frame.values[i];
    if (values === undefined) return Array.from({ length: frame.rows }, () => null);
    if (values.numbers.length > 0) return values.numbers;
    const type = TYPES[column.type];
    const cells: ExportCell[] = type === 'time' ? [...values.timesUs] : type === 'long' ? values.texts.map(toNumber) : [...values.texts];
    for (const row of values.nulls) cells[row] = null;
    return cells;
  });
}
