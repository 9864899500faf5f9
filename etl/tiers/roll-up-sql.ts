// The statements of roll-ups: pure text. What was found out about QuestDB's materialized views stands here, where it matters.
//
// Found with 9.3.4: a late row and a row that replaces another by its dedup key are both taken up by the next refresh, of the minutes and of the hours
// that stand on them; a new column, new dedup keys and partitions that the TTL removes leave a view valid and its older rows as they are; DROP PARTITION
// makes it invalid for good. A full refresh knows only what the table still has, so nothing here ever refreshes a view in full.
import { FIGURES, type Figure, figureColumn, ROWS_COLUMN, type RollUp } from '../../core/common/tier-names.ts';
import { type PartitionBy, ttlClause } from '../questdb/table-ttl.ts';

/** How often a view takes up what is new. At each commit (QuestDB's default) it would compute the running minute three times a second. */
const REFRESH: Readonly<Record<RollUp, string>> = { '1m': '1m', '1h': '10m' };

export interface RollUpShape {
  tags: readonly string[];
  fields: readonly string[];
}

export interface RollUpStorage {
  ttlDays: number;
  partitionBy: PartitionBy;
}

/** The columns in their order. */
export function rollUpColumns({ tags, fields }: RollUpShape): string[] {
  return ['timestamp', 'node_id', ...tags, ROWS_COLUMN, ...fields.flatMap((field) => FIGURES.map((figure) => figureColumn(field, figure)))];
}

/** The view `name` over `base`: the table itself for minutes, the view of minutes for hours. */
export function createRollUp(tier: RollUp, name: string, base: string, shape: RollUpShape, storage: RollUpStorage): string {
  const figures = tier === '1m' ? ofRows : ofRollUp;
  const columns = [
    'timestamp',
    'node_id',
    ...shape.tags.map(quoted),
    `${tier === '1m' ? 'count()' : `sum(${ROWS_COLUMN})`} ${ROWS_COLUMN}`,
    ...shape.fields.flatMap((field) => FIGURES.map((figure) => `${figures[figure](field)} ${quoted(figureColumn(field, figure))}`)),
  ];
  return (
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${quoted(name)} REFRESH EVERY ${REFRESH[tier]} AS ` +
    `(SELECT ${columns.join(', ')} FROM ${quoted(base)} SAMPLE BY ${tier}) ` +
    `PARTITION BY ${storage.partitionBy} TTL ${ttlClause(storage.ttlDays, storage.partitionBy)}`
  );
}

type FigureSql = Readonly<Record<Figure, (field: string) => string>>;

/** QuestDB's aggregates leave NULL out, which is what an absent value is. */
const ofRows: FigureSql = {
  count: (field) => `count(${quoted(field)})`,
  min: (field) => `min(${quoted(field)})`,
  max: (field) => `max(${quoted(field)})`,
  mean: (field) => `avg(${quoted(field)})`,
  last: (field) => `last_not_null(${quoted(field)})`,
};

const ofRollUp: FigureSql = {
  count: (field) => `sum(${column(field, 'count')})`,
  min: (field) => `min(${column(field, 'min')})`,
  max: (field) => `max(${column(field, 'max')})`,
  // The mean of means is that of the values only where each counts as often as it has values.
  mean: (field) => `sum(${column(field, 'mean')} * ${column(field, 'count')}) / sum(${column(field, 'count')})`,
  last: (field) => `last_not_null(${column(field, 'last')})`,
};

function column(field: string, figure: Figure): string {
  return quoted(figureColumn(field, figure));
}

function quoted(name: string): string {
  return `"${name}"`;
}
