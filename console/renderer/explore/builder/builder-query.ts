// A query as the builder has it, and the SQL it stands for.
import type { Aggregate, BuilderField, BuilderFilter, BuilderQuery } from './query-model.ts';
import { quoteName } from './quote-name.ts';
import { rateSql } from './rate-sql.ts';

/** Rates stand alone: they are made of a query in a query. */
export function hasRates(query: Pick<BuilderQuery, 'fields'>): boolean {
  return query.fields.some((field) => field.aggregate === 'rate');
}

export function isAggregated(query: BuilderQuery): boolean {
  return query.fields.some((field) => field.aggregate !== '');
}

export function toSql(query: BuilderQuery): string {
  const { note, order } = query;
  if (order === undefined || order.name === 'timestamp') return toPlainSql(query);
  const name = quoteName(order.name);
  // The database puts what is NULL first or last by how the column came about; of an aggregate it takes no condition in ORDER BY, but of a query's column.
  return [
    ...note,
    'SELECT * FROM (',
    toPlainSql({ ...query, note: [], order: undefined, limit: undefined }),
    ')',
    `ORDER BY ${name} IS NULL, ${name}${order.descending ? ' DESC' : ''}`,
    ...limitOf(query),
  ].join('\n');
}

/** Without a query around it: what is NULL stands where the database puts it. */
export function toPlainSql(query: BuilderQuery): string {
  const aggregated = isAggregated(query);
  const stepped = aggregated && query.step !== '';
  const selected = [
    ...(stepped || !aggregated ? ['timestamp'] : []),
    ...query.groupBy.map(quoteName),
    ...query.fields.map((field) => fieldSql(field)),
  ];
  const conditions = [
    ...query.filters.filter((filter) => filter.values.length > 0).map(filterSql),
    ...(query.windowTime ? ['timestamp BETWEEN $from AND $to'] : []),
  ];
  const where = conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`];
  const tail = [
    ...(query.order === undefined ? [] : [`ORDER BY ${quoteName(query.order.name)}${query.order.descending ? ' DESC' : ''}`]),
    ...limitOf(query),
  ];
  if (hasRates(query)) return rateSql({ query, where, tail });
  return [
    ...query.note,
    `SELECT ${selected.join(', ')}`,
    `FROM ${quoteName(query.table)}`,
    ...where,
    ...(stepped ? [`SAMPLE BY ${query.step}`] : []),
    ...tail,
  ].join('\n');
}

function limitOf({ limit }: BuilderQuery): string[] {
  return limit === undefined ? [] : [`LIMIT ${limit}`];
}

/** What a field is called where nobody named it: its column while that is free. */
export function defaultName(field: Omit<BuilderField, 'name'>, others: readonly BuilderField[]): string {
  const taken = (name: string): boolean => others.some((other) => other.name === name);
  const suffix = field.aggregate === 'ratio' ? `per_${field.by}` : field.aggregate;
  const long = field.aggregate === '' ? field.column : `${field.column}_${suffix}`;
  // A percentile, a rate and a ratio are other things than their column.
  const other = field.aggregate !== '' && isWrittenOut(field.aggregate);
  return other || taken(field.column) ? long : field.column;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Aggregations that are no function of the database's: what stands for them, with `?` for the column and `??` for the one it is divided by. */
export const WRITTEN_OUT: Readonly<Partial<Record<Aggregate, string>>> = {
  // Three digits: with its usual one the database answers 102 for the largest of a hundred.
  p50: 'approx_percentile(?, 0.5, 3)',
  p95: 'approx_percentile(?, 0.95, 3)',
  p99: 'approx_percentile(?, 0.99, 3)',
  // Two whole numbers would be divided to a whole number.
  ratio: 'sum(?) * 1.0 / sum(??)',
};

/** Whether the database has no function of that name that does this. */
export function isWrittenOut(aggregate: Aggregate): boolean {
  return aggregate === 'rate' || WRITTEN_OUT[aggregate] !== undefined;
}

function fieldSql({ column, aggregate, by = '', name }: BuilderField): string {
  const written = aggregate === '' ? undefined : WRITTEN_OUT[aggregate];
  const value =
    aggregate === ''
      ? quoteName(column)
      : (written?.replaceAll('??', () => quoteName(by)).replaceAll('?', () => quoteName(column)) ??
        `${aggregate}(${column === '*' ? '' : quoteName(column)})`);
  return name === column && aggregate === '' ? value : `${value} AS ${quoteName(name)}`;
}

function filterSql({ column, operator, values, text }: BuilderFilter): string {
  const literal = (value: string): string => (text ? quoteText(value) : value);
  if (operator === 'in' || operator === 'not in') {
    return `${quoteName(column)} ${operator.toUpperCase()} (${values.map(literal).join(', ')})`;
  }
  return `${quoteName(column)} ${operator} ${literal(values[0] ?? '')}`;
}
