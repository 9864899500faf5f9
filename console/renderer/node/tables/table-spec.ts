// What a table of a node is: the newest row of each series of a measurement, at the moment that shows.
import type { LimitName } from '../../widgets/limits.ts';

/** A row by column name; numbers NaN and texts empty where absent. */
export type TableRow = Readonly<Record<string, string | number>>;

export interface TableColumn {
  /** Tag, text or field. */
  name: string;
  title: string;
  unit?: string;
  /** Text where it is left out. */
  as?: 'number' | 'short' | 'bytes' | 'yes';
  decimals?: number;
  scale?: number;
  /** From where on the value has colour. */
  limit?: LimitName;
  /** A bar of the share beside the figure. */
  meter?: boolean;
  /** Its line over the stretch that shows, in a column of its own. */
  spark?: boolean;
  /** Pixels; left out, it shares what is left. */
  width?: number;
  /** Only on wide pages. */
  wide?: boolean;
}

export interface TableSpec {
  key: string;
  title: string;
  /** In what order, in words. */
  note: string;
  measurement: string;
  /** What names a row. */
  keys: readonly string[];
  columns: readonly TableColumn[];
  /** Columns of the statement that are not shown. */
  more?: readonly string[];
  /** How far back the newest row of a series may lie. */
  backSeconds: number;
  where?: string;
  order(a: TableRow, b: TableRow): number;
  mark?(row: TableRow): '' | 'late' | 'bad';
}

export const number = (row: TableRow, name: string): number => (typeof row[name] === 'number' ? row[name] : Number.NaN);
export const text = (row: TableRow, name: string): string => String(row[name] ?? '');

/** Highest first; those without a value last. */
export function descending(name: string): TableSpec['order'] {
  return (a, b) => (number(b, name) || 0) - (number(a, name) || 0);
}

export function byName(name: string): TableSpec['order'] {
  return (a, b) => text(a, name).localeCompare(text(b, name), 'en', { numeric: true });
}
