// The SQL of rates: how fast counters rise. A counter is one of its series, so the difference is taken within each series and only then added up;
// one that fell was set back, and counts from 0 again, as Prometheus has it. QuestDB takes no aggregate and no window function as an argument: each has
// a query of its own within the next.

import type { BuilderQuery } from './query-model.ts';
import { quoteName } from './quote-name.ts';

/** What the pieces of a rate query are made of. */
export interface RateParts {
  query: BuilderQuery;
  /** `WHERE …`, or nothing. */
  where: readonly string[];
  /** The order and limit, as lines. */
  tail: readonly string[];
}

export function rateSql({ query, where, tail }: RateParts): string {
  const { fields, groupBy } = query;
  const series = seriesOf(query);
  const tags = series.map(quoteName);
  const over = `OVER (${tags.length === 0 ? '' : `PARTITION BY ${tags.join(', ')} `}ORDER BY timestamp)`;
  const values = fields.map((_, at) => `value_${at + 1}`);
  // Without a value before, neither condition holds.
  const rise = (at: number): string =>
    `CASE WHEN value_${at} >= before_${at} THEN value_${at} - before_${at} WHEN value_${at} < before_${at} THEN value_${at} END`;
  return [
    ...query.note,
    `SELECT ${['timestamp', ...groupBy.map(quoteName), ...fields.map(({ name }, at) => `sum((${rise(at + 1)}) * 1.0 / datediff('s', before, timestamp)) AS ${quoteName(name)}`)].join(', ')}`,
    'FROM (',
    `SELECT ${['timestamp', ...tags, ...values, ...fields.map((_, at) => `lag(value_${at + 1}) ${over} AS before_${at + 1}`), `lag(timestamp) ${over} AS before`].join(', ')}`,
    'FROM (',
    `SELECT ${['timestamp', ...tags, ...fields.map(({ column }, at) => `last(${quoteName(column)}) AS value_${at + 1}`)].join(', ')}`,
    `FROM ${quoteName(query.table)}`,
    ...where,
    `SAMPLE BY ${query.step || '$step'}`,
    '))',
    // Nobody knows how far a counter rose before its first step: such rows would stand first where the highest do.
    'WHERE before IS NOT NULL',
    ...(query.order === undefined ? ['ORDER BY timestamp'] : []),
    ...tail,
  ].join('\n');
}

/** Every tag that tells one counter from another, those that are grouped by among them. */
function seriesOf({ series, groupBy }: BuilderQuery): string[] {
  return [...series, ...groupBy.filter((tag) => !series.includes(tag))];
}
