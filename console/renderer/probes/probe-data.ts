// Probe measurements as paths: from a place to a target. One table holds several shapes: agents' own probes with a target, the mesh among
// nodes, and samples of scripts that name a place alone. Builds the SQL and reads its answers; asks nothing itself.
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';

export const PROBE_TABLE = 'probe';
/** Rows of nodes that probe each other: their targets are the nodes' addresses. */
const MESH = 'mesh';

/** What tells one path from another; empty where a row says nothing of it. */
export interface PathTags {
  /** Only where the place is not known otherwise. */
  node: string;
  region: string;
  country: string;
  probe: string;
  kind: string;
  target: string;
  targetRegion: string;
  targetCountry: string;
  targetNode: string;
}

/** What was measured over a stretch of time; null where nothing answered. */
export interface PathValues {
  p50: number | null;
  p95: number | null;
  lossPercent: number | null;
  uptimePercent: number | null;
  samples: number;
}

export interface PathRow extends PathTags, PathValues {
  key: string;
}

const KEYS: readonly (keyof PathTags)[] = [
  'node',
  'region',
  'country',
  'probe',
  'kind',
  'target',
  'targetRegion',
  'targetCountry',
  'targetNode',
];

/** Without the columns that a fleet's table does not have: they come with the first row that needs them. */
function expressions(columns: ReadonlySet<string>): Record<keyof PathTags, string> {
  const tag = (name: string): string => (columns.has(name) ? name : 'NULL');
  const unlessMesh = (name: string): string => {
    if (!columns.has(name)) return 'NULL';
    return columns.has('target_region') ? `CASE WHEN probe = '${MESH}' AND target_region IS NOT NULL THEN NULL ELSE ${name} END` : name;
  };
  return {
    node: columns.has('region') ? 'CASE WHEN region IS NULL THEN node_id ELSE NULL END' : 'node_id',
    region: tag('region'),
    country: tag('country'),
    probe: tag('probe'),
    kind: tag('kind'),
    target: unlessMesh('target'),
    targetRegion: tag('target_region'),
    targetCountry: tag('target_country'),
    targetNode: unlessMesh('target_node'),
  };
}

/** Each path's percentiles, loss and uptime over a stretch of time. */
export function summarySql(columns: ReadonlySet<string>, fromMs: number, toMs: number): string {
  const shapes = expressions(columns);
  const keys = KEYS.filter((key) => shapes[key] !== 'NULL').map((key) => `${shapes[key]} AS k_${key}`);
  return (
    `SELECT ${keys.join(', ')}, approx_percentile(latency_ms, 0.5, 3) AS p50, approx_percentile(latency_ms, 0.95, 3) AS p95, ` +
    `avg(packet_loss) AS loss, avg(uptime_pct) AS uptime, count() AS n FROM ${PROBE_TABLE} WHERE ${within(fromMs, toMs)}`
  );
}

/** Median latency, loss and uptime of every path, a row a step: since when a path is not as usual. */
export function stepsSql(columns: ReadonlySet<string>, fromMs: number, toMs: number, sample: string): string {
  const shapes = expressions(columns);
  const keys = KEYS.filter((key) => shapes[key] !== 'NULL').map((key) => `${shapes[key]} AS k_${key}`);
  return (
    `SELECT timestamp, ${keys.join(', ')}, approx_percentile(latency_ms, 0.5, 3) AS p50, avg(packet_loss) AS loss, avg(uptime_pct) AS uptime ` +
    `FROM ${PROBE_TABLE} WHERE ${within(fromMs, toMs)} SAMPLE BY ${sample}`
  );
}

/** One path over time: percentiles, loss and uptime. */
export function historySql(columns: ReadonlySet<string>, path: PathTags, fromMs: number, toMs: number, sample: string): string {
  const holds = KEYS.flatMap((key) => conditionOf(columns, path, key));
  const percentile = (share: number): string => `approx_percentile(latency_ms, ${share}, 3)`;
  return (
    `SELECT timestamp, ${percentile(0.5)} AS p50, ${percentile(0.95)} AS p95, ${percentile(0.99)} AS p99, avg(packet_loss) AS loss, ` +
    `avg(uptime_pct) AS uptime FROM ${PROBE_TABLE} WHERE ${within(fromMs, toMs)} AND ${holds.join(' AND ')} SAMPLE BY ${sample}`
  );
}

const COLUMNS: Readonly<Record<keyof PathTags, string>> = {
  node: 'node_id',
  region: 'region',
  country: 'country',
  probe: 'probe',
  kind: 'kind',
  target: 'target',
  targetRegion: 'target_region',
  targetCountry: 'target_country',
  targetNode: 'target_node',
};

/** On the bare columns: the database takes no filter on the expressions that paths are grouped by. */
function conditionOf(columns: ReadonlySet<string>, path: PathTags, key: keyof PathTags): string[] {
  const column = COLUMNS[key];
  if (!columns.has(column)) return [];
  if (path[key] !== '') return [`${column} = ${quote(path[key])}`];
  const manyInOne = key === 'node' || (isMesh(path) && path.targetRegion !== '' && (key === 'target' || key === 'targetNode'));
  return manyInOne ? [] : [`${column} IS NULL`];
}

/** The rows of `summarySql` or `stepsSql`, in their order. */
export function readPaths(result: QueryResult): PathRow[] {
  const tags = KEYS.map((key) => textColumn(result, `k_${key}`));
  const numbers = ['p50', 'p95', 'loss', 'uptime', 'n'].map((name) => numericColumn(result, name));
  const rows: PathRow[] = [];
  for (let row = 0; row < result.rows; row++) {
    const texts = tags.map((column) => column[row] ?? '');
    const [p50, p95, loss, uptime, samples] = numbers.map((column) => toNull(column?.[row]));
    const named = Object.fromEntries(KEYS.map((key, index) => [key, texts[index]])) as unknown as PathTags;
    rows.push({
      ...named,
      key: texts.join('|'),
      p50: p50 ?? null,
      p95: p95 ?? null,
      lossPercent: loss ?? null,
      uptimePercent: uptime ?? null,
      samples: samples ?? 0,
    });
  }
  return rows;
}

/** Whether nodes probe each other on it. */
export function isMesh(path: PathTags): boolean {
  return path.probe === MESH;
}

function within(fromMs: number, toMs: number): string {
  return `timestamp >= '${new Date(fromMs).toISOString()}' AND timestamp < '${new Date(toMs).toISOString()}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function toNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
