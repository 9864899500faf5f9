// The store's part of a node's page: the charts' history, the filesystems and the events of a stretch of time.
import { MusterError } from '../../../core/common/muster-error.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import type { Bounds } from '../state/time-range.ts';
import { CHARTS, type ChartSpec } from './chart-specs.ts';

export type Ask = (sql: string, maxRows: number) => Promise<QueryResult>;

export interface Asked {
  nodeId: string;
  bounds: Bounds;
  /** `SAMPLE BY 5s` */
  sample: string;
}

export interface Filesystem {
  mount: string;
  device: string;
  kind: string;
  totalBytes: number;
  usedBytes: number;
  freeBytes: number;
  usedPercent: number;
}

export interface NodeEvent {
  timeMs: number;
  kind: string;
  severity: string;
  text: string;
}

const MAX_POINT_ROWS = 10_000;
const NODE_ID = /^[0-9a-f-]{36}$/i;

/** Gives each chart its history. Answers with what went wrong, empty when nothing did; a table that is not there yet is no problem. */
export async function loadCharts(
  ask: Ask,
  asked: Asked,
  take: (key: string, times: number[], columns: number[][]) => void,
): Promise<string> {
  const problems = await Promise.all(
    CHARTS.map(async (spec) => {
      try {
        const result = await ask(spec.sql(whereOf(asked), asked.sample), MAX_POINT_ROWS);
        const { times, columns } = spec.pivot === undefined ? toColumns(result, spec) : pivot(result, spec);
        take(spec.key, times, columns);
        return '';
      } catch (error) {
        if (isMissingTable(error)) {
          take(
            spec.key,
            [],
            spec.lines.map(() => []),
          );
          return '';
        }
        if (error instanceof MusterError && error.code === 'cancelled') return '';
        return error instanceof Error ? error.message : String(error);
      }
    }),
  );
  return problems.find((problem) => problem !== '') ?? '';
}

/** The newest row of each filesystem within the stretch, fullest first. */
export async function loadFilesystems(ask: Ask, asked: Asked): Promise<Filesystem[]> {
  const sql =
    `SELECT mount, device, fstype, total, used, free, used_percent FROM filesystem WHERE ${whereOf(asked)} ` +
    'LATEST ON timestamp PARTITION BY mount, device, fstype';
  const result = await orEmpty(ask(sql, 1000));
  if (result === undefined) return [];
  const [mounts, devices, kinds] = ['mount', 'device', 'fstype'].map((name) => textColumn(result, name)) as [Texts, Texts, Texts];
  const number = (name: string, row: number): number => numericColumn(result, name)?.[row] ?? Number.NaN;
  return mounts
    .map((mount, row) => ({
      mount: mount ?? '',
      device: devices[row] ?? '',
      kind: kinds[row] ?? '',
      totalBytes: number('total', row),
      usedBytes: number('used', row),
      freeBytes: number('free', row),
      usedPercent: number('used_percent', row),
    }))
    .sort((a, b) => b.usedPercent - a.usedPercent);
}

/** What happened on the node within the stretch, newest first. */
export async function loadEvents(ask: Ask, asked: Asked): Promise<NodeEvent[]> {
  const result = await orEmpty(
    ask(`SELECT timestamp, kind, severity, text FROM events WHERE ${whereOf(asked)} ORDER BY timestamp DESC`, 200),
  );
  if (result === undefined) return [];
  const times = numericColumn(result, 'timestamp');
  const [kinds, severities, texts] = ['kind', 'severity', 'text'].map((name) => textColumn(result, name)) as [Texts, Texts, Texts];
  return kinds.map((kind, row) => ({
    timeMs: (times?.[row] ?? Number.NaN) / 1000,
    kind: kind ?? '',
    severity: severities[row] ?? '',
    text: texts[row] ?? '',
  }));
}

type Texts = (string | null)[];

function whereOf({ nodeId, bounds }: Asked): string {
  if (!NODE_ID.test(nodeId)) throw new MusterError('invalid_argument', `${nodeId.slice(0, 60)} is no node id`);
  const from = new Date(bounds.fromMs).toISOString();
  const to = new Date(bounds.toMs).toISOString();
  return `node_id = '${nodeId}' AND timestamp >= '${from}' AND timestamp < '${to}'`;
}

function toColumns(result: QueryResult, spec: ChartSpec): { times: number[]; columns: number[][] } {
  const times = Array.from(numericColumn(result, 'timestamp') ?? [], (us) => us / 1e6);
  const columns = spec.lines.map((_, line) => Array.from(numericColumn(result, `v${line}`) ?? [], (value) => value * spec.scale));
  return { times, columns };
}

function pivot(result: QueryResult, spec: ChartSpec): { times: number[]; columns: number[][] } {
  const { tag, values } = spec.pivot as NonNullable<ChartSpec['pivot']>;
  const stamps = numericColumn(result, 'timestamp') ?? new Float64Array();
  const tags = textColumn(result, tag);
  const cells = numericColumn(result, 'v0');
  const rows = new Map<number, number[]>();
  for (let row = 0; row < result.rows; row++) {
    const time = (stamps[row] as number) / 1e6;
    const line = values.indexOf(tags[row] ?? '');
    if (line < 0) continue;
    let cell = rows.get(time);
    if (cell === undefined) {
      cell = values.map(() => Number.NaN);
      rows.set(time, cell);
    }
    cell[line] = (cells?.[row] ?? Number.NaN) * spec.scale;
  }
  const times = [...rows.keys()].sort((a, b) => a - b);
  return { times, columns: values.map((_, line) => times.map((time) => (rows.get(time) as number[])[line] as number)) };
}

async function orEmpty(answer: Promise<QueryResult>): Promise<QueryResult | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissingTable(error)) return undefined;
    throw error;
  }
}

/** A store that never got a measurement has no table for it: nothing was measured, and nothing is wrong. */
function isMissingTable(error: unknown): boolean {
  return error instanceof MusterError && error.code !== 'unavailable' && /does not exist|no table|not_found/i.test(error.message);
}
