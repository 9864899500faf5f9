// The answer of a query, column-wise: numbers and times in typed arrays, text in plain ones.

export type QueryColumnData =
  | { kind: 'number'; values: Float64Array }
  /** Unix microseconds, NaN where null. */
  | { kind: 'time'; values: Float64Array }
  | { kind: 'text'; values: (string | null)[] };

export type QueryResultColumn = { name: string /** The database's type: `symbol`, `double`. */; type: string } & QueryColumnData;

export interface QueryResult {
  columns: QueryResultColumn[];
  rows: number;
  /** True when the row limit cut the answer. */
  truncated: boolean;
  /** At the gateway, from receipt to the last row. */
  elapsedMs: number;
}

/**
 * The column of that name as numbers (times in microseconds), or undefined where there is none or it is text. Longs that are too large for one are
 * near enough for a chart.
 */
export function numericColumn(result: QueryResult, name: string): Float64Array | undefined {
  const column = result.columns.find((candidate) => candidate.name === name);
  const drawn = column === undefined ? undefined : drawable(column);
  return drawn === undefined || drawn.kind === 'text' ? undefined : drawn.values;
}

/** A column of longs of which one is too large for a number, as numbers; any other as it is. */
export function drawable(column: QueryResultColumn): QueryResultColumn {
  if (column.kind !== 'text' || column.type !== 'long') return column;
  const values = Float64Array.from(column.values, (digits) => (digits === null ? Number.NaN : Number(digits)));
  return { name: column.name, type: column.type, kind: 'number', values };
}

/** The column of that name as text; empty where there is none. */
export function textColumn(result: QueryResult, name: string): (string | null)[] {
  const column = result.columns.find((candidate) => candidate.name === name);
  return column?.kind === 'text' ? column.values : [];
}
