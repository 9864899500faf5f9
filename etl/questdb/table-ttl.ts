// How long a table or view keeps its partitions, in the units that QuestDB takes: a TTL is a whole number of partitions.

/** What a setting may say. */
export const PARTITIONS = ['day', 'week', 'month'] as const;
/** By hours where rows are kept for less than days. */
export type PartitionBy = (typeof PARTITIONS)[number] | 'hour';

const DAYS_A_MONTH = 365.25 / 12;

/** `12 HOURS`, `30 DAYS`, `26 WEEKS`, `60 MONTHS`: never shorter than asked for. */
export function ttlClause(days: number, partitionBy: PartitionBy): string {
  if (partitionBy === 'hour') return `${Math.max(1, Math.ceil(days * 24 - 1e-6))} HOURS`;
  if (partitionBy === 'day') return `${Math.max(1, Math.ceil(days))} DAYS`;
  if (partitionBy === 'week') return `${Math.ceil(days / 7)} WEEKS`;
  return `${Math.max(1, Math.ceil(days / DAYS_A_MONTH - 0.05))} MONTHS`;
}

const HOURS: Readonly<Record<string, number>> = { HOUR: 1, DAY: 24, WEEK: 168 };
const MONTHS: Readonly<Record<string, number>> = { MONTH: 1, YEAR: 12 };

/** True where QuestDB's own account of a TTL (`5`, `YEAR`) says the same as a clause (`60 MONTHS`); it reduces units as it likes. */
export function isTtl(value: number, unit: string, clause: string): boolean {
  const [count = '0', words = ''] = clause.split(' ');
  const wanted = words.replace(/S$/, '');
  const table = HOURS[wanted] === undefined ? MONTHS : HOURS;
  return value * (table[unit] ?? Number.NaN) === Number(count) * (table[wanted] ?? Number.NaN);
}

/** The partitioning of a table as `tables()` names it; undefined for one that has none of these. */
export function parsePartitionBy(text: string): PartitionBy | undefined {
  return (['hour', ...PARTITIONS] as const).find((partitionBy) => partitionBy === text.toLowerCase());
}
