// Rows of a query's answer, from the column-wise frames it comes in.
import type { QueryColumn, QueryFrame, QueryValues } from './gen/messages.ts';

export type Cell = number | string | null;

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double']);
const TIMES = new Set(['timestamp', 'timestamp_ns', 'date']);

/**
 * The rows of one frame. Numbers that are NaN and what the frame says is null become null; times become ISO texts in UTC; a long beyond 2^53, which no
 * number holds, is its digits.
 */
export function frameRows(columns: readonly QueryColumn[], frame: QueryFrame): Cell[][] {
  const read = columns.map((column, i) => columnReader(column, frame.values[i]));
  return Array.from({ length: frame.rows }, (_, row) => read.map((cell) => cell(row)));
}

function columnReader(column: QueryColumn, values: QueryValues | undefined): (row: number) => Cell {
  if (values === undefined) return () => null;
  const nulls = new Set(values.nulls);
  if (isNumber(column)) {
    return (row) => {
      const value = values.numbers[row] ?? (nulls.has(row) ? undefined : toNumber(values.texts[row]));
      return value === undefined || Number.isNaN(value) ? null : value;
    };
  }
  if (TIMES.has(column.type)) return (row) => (nulls.has(row) ? null : isoTime(values.timesUs[row] ?? 0));
  return (row) => (nulls.has(row) ? null : (values.texts[row] ?? null));
}

/** A number of a frame that has its column as text: the number where it is exact, else the text. */
export function toNumber<T extends string | undefined>(text: T): number | T {
  const value = Number(text);
  return text !== undefined && text !== '' && Number.isSafeInteger(value) ? value : text;
}

/** Whether its cells are numbers, which stand to the right. */
export function isNumber(column: QueryColumn): boolean {
  return NUMBERS.has(column.type);
}

/** Unix microseconds as ISO 8601 with microseconds. */
export function isoTime(timeUs: number): string {
  const ms = Math.floor(timeUs / 1000);
  const us = String(timeUs - ms * 1000).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${us}Z`;
}
