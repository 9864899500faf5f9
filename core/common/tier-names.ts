// The names of roll-ups: which views a telemetry table has and what their columns are called. Making them is the ETL's, choosing among them the gateway's.

/** Finest first. */
export const ROLL_UPS = ['1m', '1h'] as const;
export type RollUp = (typeof ROLL_UPS)[number];
export type Tier = 'raw' | RollUp;

export const ROLL_UP_US: Readonly<Record<RollUp, number>> = { '1m': 60_000_000, '1h': 3_600_000_000 };

export interface RollUpName {
  table: string;
  tier: RollUp;
  /** From 1. A later one has other columns; an earlier one keeps what the table itself no longer has. */
  generation: number;
}

const VIEW = /^(.+)_(1m|1h)(?:_([1-9]\d{0,3}))?$/;

/** `cpu_1m`, and from the second generation on `cpu_1m_2`. */
export function rollUpView({ table, tier, generation }: RollUpName): string {
  return generation === 1 ? `${table}_${tier}` : `${table}_${tier}_${generation}`;
}

/** What `rollUpView` made, or undefined. */
export function parseRollUpView(name: string): RollUpName | undefined {
  const match = VIEW.exec(name);
  if (match === null) return undefined;
  return { table: match[1]!, tier: match[2] as RollUp, generation: Number(match[3] ?? 1) };
}

/** What a roll-up keeps of each field, in the order of its columns. Values that are absent count for none of them. */
export const FIGURES = ['count', 'min', 'max', 'mean', 'last'] as const;
export type Figure = (typeof FIGURES)[number];

/** Rows of a bucket and series, those without any value too. */
export const ROWS_COLUMN = 'rows';

export function figureColumn(field: string, figure: Figure): string {
  return `${field}_${figure}`;
}
