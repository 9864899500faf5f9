// Gets one block of a series. Rows as they were measured come by SQL, which is twice as quick for them; steps come from the tier that the gateway chooses.
import { MusterError } from '../../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import { numericColumn, type QueryResult, textColumn } from '../../../common/query-result.ts';
import type { SeriesAnswer, SeriesPoints } from '../../../common/series-answer.ts';
import { askWhole } from '../../state/ask-whole.ts';
import { factsOf } from '../specs/measurements.ts';
import { sqlName, sqlText } from '../sql-text.ts';
import type { SeriesWish } from './points.ts';
import { type Block, blockBounds, POINTS_PER_BLOCK } from './series-steps.ts';

const MAX_ROWS = 500_000;
const TIMEOUT_MS = 20_000;

const NOTHING: SeriesAnswer = { tier: 'raw', stepSeconds: 1, series: [] };

export async function loadBlock(
  api: ConsoleApi,
  nodeId: string,
  wish: SeriesWish,
  block: Block,
  signal: AbortSignal,
): Promise<SeriesAnswer> {
  const { newer = [] } = factsOf(wish.measurement);
  const older = { ...wish, fields: wish.fields.filter((field) => !newer.includes(field)) };
  try {
    return await answerOf(api, nodeId, wish, block, signal);
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (older.fields.length < wish.fields.length) return loadBlock(api, nodeId, older, block, signal);
    return { ...NOTHING, stepSeconds: block.step.seconds };
  }
}

async function answerOf(api: ConsoleApi, nodeId: string, wish: SeriesWish, block: Block, signal: AbortSignal): Promise<SeriesAnswer> {
  const { fromMs, toMs } = blockBounds(block);
  const { namedBy } = factsOf(wish.measurement);
  if (block.step.raw || namedBy !== undefined) {
    const sql = namedBy === undefined ? rowsSql(nodeId, wish, fromMs, toMs) : namedSql(nodeId, wish, namedBy, block);
    const result = await askWhole(api, { sql, maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS }, signal);
    // Rows that the store no longer keeps may be left in a roll-up.
    if (result.rows > 0 || namedBy !== undefined) return toAnswer(result, wish, block.step.seconds);
  }
  return await api.request('getSeries', { nodeId, ...wish, fromMs, toMs, maxPoints: POINTS_PER_BLOCK }, signal);
}

/** The statement of a wish over a stretch of time: also what "copy as SQL" gives. */
export function rowsSql(nodeId: string, { measurement, tags, fields }: SeriesWish, fromMs: number, toMs: number): string {
  const named = Object.keys(tags);
  const columns = ['timestamp', ...factsOf(measurement).tags.filter((tag) => !named.includes(tag)), ...fields].map(sqlName);
  return `SELECT ${columns.join(', ')} FROM ${sqlName(measurement)} WHERE ${whereOf(nodeId, tags, fromMs, toMs)}`;
}

/** The highest in each step of what bears one name: its place in the order changes from sample to sample. */
function namedSql(nodeId: string, { measurement, tags, fields }: SeriesWish, namedBy: string, block: Block): string {
  const { fromMs, toMs } = blockBounds(block);
  const columns = ['timestamp', sqlName(namedBy), ...fields.map((field) => `max(${sqlName(field)}) AS ${sqlName(field)}`)];
  const where = whereOf(nodeId, tags, fromMs, toMs);
  return `SELECT ${columns.join(', ')} FROM ${sqlName(measurement)} WHERE ${where} SAMPLE BY ${block.step.seconds}s`;
}

function whereOf(nodeId: string, tags: SeriesWish['tags'], fromMs: number, toMs: number): string {
  const chosen = Object.entries(tags).map(([tag, value]) => `${sqlName(tag)} = ${sqlText(value)}`);
  const [from, to] = [fromMs, toMs].map((ms) => sqlText(new Date(ms).toISOString()));
  return [`node_id = ${sqlText(nodeId)}`, ...chosen, `timestamp >= ${from}`, `timestamp < ${to}`].join(' AND ');
}

/** Rows as series: one for each set of tags. */
export function toAnswer(result: QueryResult, { measurement, tags, fields }: SeriesWish, stepSeconds: number): SeriesAnswer {
  const { tags: all, namedBy } = factsOf(measurement);
  const named = namedBy === undefined ? all.filter((tag) => !Object.hasOwn(tags, tag)) : [namedBy];
  const texts = named.map((tag) => textColumn(result, tag));
  const stamps = numericColumn(result, 'timestamp') ?? new Float64Array();
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < result.rows; row++) {
    const key = named.length === 0 ? '' : JSON.stringify(texts.map((column) => column[row] ?? ''));
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  }
  const columns = fields.map((field) => numericColumn(result, field));
  const series = [...rowsOf.values()].map((rows): SeriesPoints => {
    const own = named.flatMap((tag, at) => (texts[at]?.[rows[0]!] ? [[tag, texts[at]?.[rows[0]!] as string]] : []));
    const pick = (column: Float64Array | undefined): Float64Array => Float64Array.from(rows, (row) => column?.[row] ?? Number.NaN);
    return {
      tags: { ...tags, ...Object.fromEntries(own) },
      times: Float64Array.from(rows, (row) => stamps[row]! / 1e6),
      fields: Object.fromEntries(fields.map((field, at) => [field, { mean: pick(columns[at]), spread: null }])),
    };
  });
  return { tier: 'raw', stepSeconds, series };
}

/** A store that never got a measurement has no table for it, or not yet that column: nothing was measured, and nothing is wrong. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof MusterError &&
    error.code !== 'unavailable' &&
    /does not exist|no table|there is no measurement|has no (number|tag)|invalid column|not_found/i.test(error.message)
  );
}
