// GET /api/metrics: the newest values or a range of one measurement, as JSON or CSV, without SQL.

import { parseIsoTime } from '../../core/common/iso-time.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { parseRollUpView, type Tier } from '../../core/common/tier-names.ts';
import type { Measurement, QueryFrame, QueryRequest } from '../../proto/gen/messages.ts';
import type { QueryCaller } from '../fleet/query/query-end.ts';
import { identifier, literal } from '../fleet/query/read-database.ts';
import type { TierPlan } from '../fleet/query/tier-plan.ts';
import { planMeansSql } from '../fleet/query/tier-sql.ts';
import { type HttpAnswer, json } from './http-answer.ts';
import type { HttpRequest, HttpRoute } from './http-door.ts';
import { csvRows, jsonRows } from './rows-text.ts';

export interface MetricsOptions {
  /** Of a node id, or a name that only one node has. Throws `not_found` and `failed_precondition`. */
  nodeId(idOrName: string): string;
  measurements(): Promise<readonly Measurement[]>;
  query(request: QueryRequest, signal: AbortSignal, caller: QueryCaller): AsyncIterable<QueryFrame>;
  /** Which tier has a measurement's range in these steps. */
  tierPlan(measurement: string, range: { fromUs: number; toUs: number; stepUs: number }): Promise<TierPlan>;
}

const KEYS = ['measurement', 'node', 'fields', 'from', 'to', 'last', 'every', 'format', 'limit'];
const MAX_ROWS = 1_000_000;
const DEFAULT_ROWS = 10_000;
const SPAN = /^(\d{1,6})(s|m|h|d)$/;
const TIMEOUT_MS = 60_000;

export function metricsRoute(options: MetricsOptions): HttpRoute {
  return {
    method: 'GET',
    path: '/api/metrics',
    scope: 'read',
    timeoutMs: TIMEOUT_MS + 5000,
    answer: async ({ query, signal, caller }: HttpRequest): Promise<HttpAnswer> => {
      const unknown = [...query.keys()].find((key) => !KEYS.includes(key));
      if (unknown !== undefined) throw new MusterError('invalid_argument', `${unknown.slice(0, 40)} is not known: ${KEYS.join(', ')} are`);
      const name = query.get('measurement');
      const measurements = await options.measurements();
      if (name === null)
        return json(200, {
          measurements: measurements.filter((each) => !each.view).map(({ name: table, columns }) => ({ name: table, columns })),
        });
      const measurement = measurements.find((each) => each.name === name);
      if (measurement === undefined)
        throw new MusterError('not_found', `there is no measurement ${name.slice(0, 80)}: GET /api/metrics lists them`);
      const format = query.get('format') ?? 'json';
      if (format !== 'json' && format !== 'csv')
        throw new MusterError('invalid_argument', `format is ${format.slice(0, 40)}: json or csv is needed`);
      const limit = wholeNumber(query.get('limit'));
      const ask = (statement: string, maxRows: number): AsyncIterable<QueryFrame> =>
        options.query({ sql: statement, maxRows, timeoutMs: TIMEOUT_MS }, signal, { tokenId: caller?.tokenId ?? '' });
      const wanted = query.get('node');
      if (wanted !== null) query.set('node', await nodeIdOf(wanted, measurement.name, options, ask));
      const { sql, tier } = await toStatement(options, measurements, measurement, query);
      // Counted before the first byte, as what is missing can be told in front of a CSV only.
      const rows = await countRows(ask(countOf(sql), 1));
      const maxRows = limit ?? (format === 'csv' ? MAX_ROWS : DEFAULT_ROWS);
      if (rows > maxRows && limit === undefined && format === 'csv') throw tooMany(rows);
      const truncated = rows > maxRows;
      const frames = ask(truncated ? newestOf(sql, maxRows) : sql, maxRows);
      // The first frame is waited for, so that an error of the query still has its status.
      const iterator = frames[Symbol.asyncIterator]();
      const first = await iterator.next();
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
      return {
        status: 200,
        headers: { 'content-type': type, 'x-muster-tier': tier, 'x-muster-rows': `${rows}`, 'x-muster-truncated': `${truncated}` },
        body: format === 'csv' ? csvRows(first, iterator) : jsonRows(first, iterator, truncated),
      };
    },
  };
}

/** A node that was removed is still asked for by its id, while its rows are there. Throws `not_found` for one that never was. */
async function nodeIdOf(
  wanted: string,
  table: string,
  { nodeId }: Pick<MetricsOptions, 'nodeId'>,
  ask: (sql: string, maxRows: number) => AsyncIterable<QueryFrame>,
): Promise<string> {
  try {
    return nodeId(wanted);
  } catch (error) {
    if (!(error instanceof MusterError) || error.code !== 'not_found') throw error;
    const rows = await countRows(
      ask(`select count() from (select timestamp from ${identifier(table)} where node_id = ${literal(wanted)} limit 1)`, 1),
    );
    if (rows === 0) throw error;
    return wanted;
  }
}

/** Means over spans come from the roll-ups where these have them; everything else from the rows. */
async function toStatement(
  options: MetricsOptions,
  measurements: readonly Measurement[],
  measurement: Measurement,
  query: URLSearchParams,
): Promise<{ sql: string; tier: Tier }> {
  const sql = toSql(measurement, query);
  const every = query.get('every');
  const fromUs = boundUs(query, 'from');
  if (every === null || fromUs === undefined || measurement.view || parseRollUpView(measurement.name) !== undefined)
    return { sql, tier: 'raw' };
  const range = { fromUs, toUs: boundUs(query, 'to') ?? Date.now() * 1000, stepUs: spanUs(every) };
  const plan = await options.tierPlan(measurement.name, range);
  if (plan.tier === 'raw') return { sql, tier: 'raw' };
  const tags = measurement.columns.filter((column) => column.tag).map((column) => column.name);
  const doubles = measurement.columns.filter((column) => column.type === 'double').map((column) => column.name);
  const fields =
    query
      .get('fields')
      ?.split(',')
      .filter((field) => doubles.includes(field)) ?? doubles;
  const node = query.get('node');
  const conditions = node === null ? [] : [`node_id = ${literal(node)}`];
  const hasOf = (source: string): Set<string> => new Set(measurements.find(({ name }) => name === source)?.columns.map(({ name }) => name));
  return { sql: planMeansSql(plan, conditions, { tags, fields }, hasOf), tier: plan.tier };
}

function boundUs(query: URLSearchParams, key: 'from' | 'to'): number | undefined {
  const last = query.get('last');
  if (last !== null) return key === 'from' ? Date.now() * 1000 - spanUs(last) : undefined;
  const text = query.get(key);
  return text === null ? undefined : parseIsoTime(text);
}

const UNIT_US: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 };

/** Of a text that `SPAN` matches. */
function spanUs(text: string): number {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  return Number(count) * (UNIT_US[unit] ?? Number.NaN);
}

/** The statement: made of checked names and quoted values only. */
function toSql(measurement: Measurement, query: URLSearchParams): string {
  const table = identifier(measurement.name);
  const tags = measurement.columns.filter((column) => column.tag).map((column) => column.name);
  const wanted = query.get('fields')?.split(',');
  const known = measurement.columns.filter((column) => !column.tag && column.name !== 'timestamp').map((column) => column.name);
  const stranger = wanted?.find((field) => !known.includes(field));
  if (stranger !== undefined)
    throw new MusterError('invalid_argument', `${measurement.name} has no field ${stranger.slice(0, 80)}: it has ${known.join(', ')}`);
  const fields = wanted ?? known;
  const node = query.get('node');
  const conditions = node === null ? [] : [`node_id = ${literal(node)}`];
  const series = tags.map(identifier).join(', ');
  const every = query.get('every');
  if (query.get('from') === null && query.get('to') === null && query.get('last') === null) {
    if (every !== null) throw new MusterError('invalid_argument', 'every needs a range: add from and to, or last');
    const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
    return `select timestamp, ${[series, ...fields.map(identifier)].filter(Boolean).join(', ')} from ${table}${where} latest on timestamp partition by ${series}`;
  }
  conditions.push(...rangeOf(query));
  const where = ` where ${conditions.join(' and ')}`;
  if (every === null) return `select timestamp, ${[series, ...fields.map(identifier)].filter(Boolean).join(', ')} from ${table}${where}`;
  if (!SPAN.test(every))
    throw new MusterError('invalid_argument', `every is ${every.slice(0, 40)}: a span like 30s, 5m, 1h or 1d is needed`);
  const numbers = fields.filter((field) => measurement.columns.find((column) => column.name === field)?.type === 'double');
  return `select timestamp, ${[series, ...numbers.map((field) => `avg(${identifier(field)}) ${identifier(field)}`)].join(', ')} from ${table}${where} sample by ${every}`;
}

function rangeOf(query: URLSearchParams): string[] {
  const last = query.get('last');
  if (last !== null) {
    const match = SPAN.exec(last);
    if (match === null) throw new MusterError('invalid_argument', `last is ${last.slice(0, 40)}: a span like 15m, 6h or 7d is needed`);
    return [`timestamp > dateadd('${match[2]}', -${match[1]}, now())`];
  }
  return (['from', 'to'] as const).flatMap((key) => {
    const text = query.get(key);
    if (text === null) return [];
    const us = parseIsoTime(text);
    if (us === undefined)
      throw new MusterError('invalid_argument', `${key} is ${text.slice(0, 40)}: a time like 2026-11-23T08:15:00Z with its zone is needed`);
    return [`timestamp ${key === 'from' ? '>=' : '<'} cast(${us} as timestamp)`];
  });
}

async function countRows(frames: AsyncIterable<QueryFrame>): Promise<number> {
  let rows = 0;
  for await (const { values } of frames) rows = values[0]?.numbers[0] ?? rows;
  return rows;
}

function tooMany(rows: number): MusterError {
  const advice = 'narrow from and to, add every=1m for means, or name limit for the newest';
  return new MusterError('limit_exceeded', `the answer has ${rows} rows, at most ${MAX_ROWS} are given at once: ${advice}`);
}

/** Of the column, as QuestDB 9.3.4 fails to count the rows of a union as such. */
function countOf(sql: string): string {
  return `select count(timestamp) from (${sql})`;
}

/** The newest rows of a statement that has a column `timestamp`, in the order of time. */
function newestOf(sql: string, rows: number): string {
  return `select * from (select * from (${sql}) order by timestamp desc limit ${rows}) order by timestamp`;
}

function wholeNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_ROWS) return value;
  throw new MusterError('invalid_argument', `limit is ${text.slice(0, 40)}: a whole number from 1 to ${MAX_ROWS} is needed`);
}
