// The statement that reads one piece of a tier plan in equal steps. Names are checked by the caller and quoted here.
import { type Figure, figureColumn, ROWS_COLUMN } from '../../../core/common/tier-names.ts';
import { identifier } from './read-database.ts';
import type { TierPiece, TierPlan } from './tier-plan.ts';

export interface PieceColumns {
  /** Symbols that name the series. */
  tags: readonly string[];
  fields: readonly string[];
  figures: readonly Figure[];
  /** What the piece's source has: an early generation of a view lacks what came later. */
  has: ReadonlySet<string>;
}

/** The means of a whole plan as one statement: `timestamp`, the tags, and each field under its own name. */
export function planMeansSql(
  plan: TierPlan,
  conditions: readonly string[],
  columns: Omit<PieceColumns, 'has' | 'figures'>,
  hasOf: (source: string) => ReadonlySet<string>,
): string {
  const names = [
    'timestamp',
    ...columns.tags.map(identifier),
    ...columns.fields.map((field) => `${identifier(figureColumn(field, 'mean'))} ${identifier(field)}`),
  ];
  return plan.pieces
    .map((piece) => pieceSql(piece, plan.stepUs, conditions, { ...columns, figures: ['mean'], has: hasOf(piece.source) }))
    .map((sql) => `select ${names.join(', ')} from (${sql})`)
    .join(' union all ');
}

/** Columns: `timestamp`, the tags, `rows`, then for each field its figures by their column names. */
export function pieceSql(piece: TierPiece, stepUs: number, conditions: readonly string[], columns: PieceColumns): string {
  const { tags, fields, figures, has } = columns;
  const raw = piece.tier === 'raw';
  const select = [
    'timestamp',
    ...tags.map((tag) => (has.has(tag) ? identifier(tag) : `cast(null as symbol) ${identifier(tag)}`)),
    `${raw ? 'count()' : `sum(${ROWS_COLUMN})`} ${ROWS_COLUMN}`,
    ...fields.flatMap((field) =>
      figures.map((figure) => {
        const known = has.has(raw ? field : figureColumn(field, 'count'));
        const value = known ? (raw ? ofRows(field, figure) : ofRollUp(field, figure)) : 'cast(null as double)';
        return `${value} ${identifier(figureColumn(field, figure))}`;
      }),
    ),
  ];
  const where = [...conditions, `timestamp >= cast(${piece.fromUs} as timestamp)`, `timestamp < cast(${piece.toUs} as timestamp)`];
  return `select ${select.join(', ')} from ${identifier(piece.source)} where ${where.join(' and ')} sample by ${sampleBy(stepUs)}`;
}

function ofRows(field: string, figure: Figure): string {
  const functions: Readonly<Record<Figure, string>> = { count: 'count', min: 'min', max: 'max', mean: 'avg', last: 'last_not_null' };
  return `${functions[figure]}(${identifier(field)})`;
}

function ofRollUp(field: string, figure: Figure): string {
  const column = (of: Figure): string => identifier(figureColumn(field, of));
  if (figure === 'count') return `sum(${column('count')})`;
  if (figure === 'mean') return `sum(${column('mean')} * ${column('count')}) / sum(${column('count')})`;
  return `${figure === 'last' ? 'last_not_null' : figure}(${column(figure)})`;
}

/** In the largest unit that it is a whole number of: QuestDB aligns all of them to the calendar. */
function sampleBy(stepUs: number): string {
  const units: [number, string][] = [
    [86_400_000_000, 'd'],
    [3_600_000_000, 'h'],
    [60_000_000, 'm'],
    [1_000_000, 's'],
  ];
  const [us, unit] = units.find(([length]) => stepUs % length === 0) ?? [1, 'U'];
  return `${stepUs / us}${unit}`;
}
