// A query as the builder has it.

/** What becomes of a column's values within a step and a group; none gives each row. */
export const AGGREGATES = [
  'avg',
  'min',
  'max',
  'p50',
  'p95',
  'p99',
  'rate',
  'ratio',
  'sum',
  'count',
  'first',
  'last',
  'count_distinct',
] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const OPERATORS = ['=', '!=', 'in', 'not in', '>', '>=', '<', '<=', '~', '!~'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface BuilderField {
  column: string;
  aggregate: Aggregate | '';
  /** What a ratio divides by. */
  by?: string;
  /** As the answer names it. */
  name: string;
}

export interface BuilderFilter {
  column: string;
  operator: Operator;
  /** One, but for `in` and `not in`. */
  values: readonly string[];
  /** Whether the values are text in SQL; numbers are not. */
  text: boolean;
}

export interface BuilderQuery {
  /** The comment above the statement, line by line. */
  note: readonly string[];
  table: string;
  fields: readonly BuilderField[];
  groupBy: readonly string[];
  /** Tags that tell one counter from another, where there are rates. */
  series: readonly string[];
  /** `$step` suits the window's time, `1m` is fixed, empty takes no steps. */
  step: string;
  filters: readonly BuilderFilter[];
  /** Whether only the window's time is read. */
  windowTime: boolean;
  order: { name: string; descending: boolean } | undefined;
  limit: number | undefined;
}

export const EMPTY_QUERY: BuilderQuery = {
  note: [],
  table: '',
  fields: [],
  groupBy: [],
  series: [],
  step: '$step',
  filters: [],
  windowTime: true,
  order: undefined,
  limit: undefined,
};
