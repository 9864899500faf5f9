// Paths as a matrix: places down, targets across, worst first both ways. Pure.
import { healthOf, latencyHealth, lostHealth, severityOf, uptimeHealth } from './probe-health.ts';
import type { ProbePath } from './probe-paths.ts';

export interface MatrixColumn {
  key: string;
  /** Target and kind. */
  name: string;
  kind: string;
  /** As the probe dials it; empty where paths of one column dial several. */
  target: string;
}

export interface Matrix {
  places: readonly string[];
  columns: readonly MatrixColumn[];
  /** By place and column; the worst where several paths share a cell. */
  cell(place: string, column: MatrixColumn): ProbePath | undefined;
  /** Places and targets there are beyond those. */
  left: { places: number; columns: number };
}

export type MatrixOrder = 'worst' | 'name';

/** More cells than these are no picture any more; the worst are kept. */
const MOST = 40;

/** Paths worst first. */
export function createMatrix(paths: readonly ProbePath[], order: MatrixOrder): Matrix {
  const cells = new Map<string, ProbePath>();
  const places = new Map<string, number>();
  const columns = new Map<string, { column: MatrixColumn; weight: number }>();
  for (const path of paths) {
    const key = `${path.to}\n${path.row.kind}`;
    const weight = weightOf(path);
    const cell = `${path.from}\n${key}`;
    if (!cells.has(cell)) cells.set(cell, path);
    places.set(path.from, (places.get(path.from) ?? 0) + weight);
    const known = columns.get(key);
    if (known === undefined) {
      columns.set(key, { column: { key, name: path.to, kind: path.row.kind, target: path.row.target }, weight });
    } else {
      known.weight += weight;
      if (known.column.target !== path.row.target) known.column.target = '';
    }
  }
  const worstPlaces = [...places].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
  const worstColumns = [...columns.values()].sort((a, b) => b.weight - a.weight || compareColumns(a.column, b.column));
  const keptPlaces = worstPlaces.slice(0, MOST).map(([place]) => place);
  const keptColumns = worstColumns.slice(0, MOST).map(({ column }) => column);
  if (order === 'name') {
    keptPlaces.sort((a, b) => a.localeCompare(b));
    keptColumns.sort(compareColumns);
  }
  return {
    places: keptPlaces,
    columns: keptColumns,
    cell: (place, { key }) => cells.get(`${place}\n${key}`),
    left: { places: places.size - keptPlaces.length, columns: columns.size - keptColumns.length },
  };
}

/** What is as usual weighs nothing: places without trouble keep the order of their names. */
function weightOf({ now, usual, health }: ProbePath): number {
  return health === '' ? 0 : severityOf(now, usual);
}

function compareColumns(a: MatrixColumn, b: MatrixColumn): number {
  return a.name.localeCompare(b.name) || a.kind.localeCompare(b.kind);
}

export const MEASURES = ['p50', 'p95', 'loss', 'uptime'] as const;
export type Measure = (typeof MEASURES)[number];

export interface CellView {
  value: number | null;
  /** From 0, as usual, to 1, three times it or more. */
  shade: number;
  health: '' | 'late' | 'bad';
}

/** What a cell shows of its path. */
export function cellView({ now, usual, uptimePercent }: ProbePath, measure: Measure): CellView {
  if (measure === 'p50' || measure === 'p95') {
    const latency = latencyHealth(now, usual);
    const times = ratio(now[measure], usual?.[measure] ?? null);
    return {
      value: now[measure],
      shade: latency === '' || times === null ? 0 : Math.min(1, Math.max(0, (times - 1) / 2)),
      health: healthOf(now, usual),
    };
  }
  const health = (measure === 'loss' ? lostHealth : uptimeHealth)(now, usual);
  const value = measure === 'loss' ? now.lossPercent : uptimePercent;
  return { value, shade: health === 'bad' ? 1 : health === 'late' ? 0.5 : 0, health };
}

function ratio(now: number | null, usual: number | null): number | null {
  return now === null || usual === null ? null : now / Math.max(usual, 0.001);
}
