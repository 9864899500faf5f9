// The points of one chart as its drawing takes them: the lines of a spec found among the series, put on one axis of time. A gap stays a gap.
import { isGap } from '../series/gaps.ts';
import type { Part, Points } from '../series/points.ts';
import { type ChartSpec, type LineSpec, PHYSICAL } from '../specs/chart-spec.ts';

type Column = (number | null)[];

/** Unix seconds, then a column a line; null is a gap. Lines of one series have their least and most where a step holds several rows. */
export interface ChartColumns {
  times: number[];
  lines: Column[];
  /** One a line. */
  bands: ({ low: Column; high: Column } | null)[];
}

/** Lines that a chart of each value of a tag draws at most. */
export const MAX_LINES = 8;

const NO_COLUMNS: ChartColumns = { times: [], lines: [], bands: [] };

/**
 * Columns of `lines` from parts that follow each other in time; what a later part has before the end of the last step of an earlier one is left out.
 * Gaps are judged part by part: a roll-up of an hour beside raw rows is whole in steps of an hour.
 */
export function chartColumns(spec: ChartSpec, lines: readonly LineSpec[], parts: readonly Part[]): ChartColumns {
  if (lines.length === 0) return NO_COLUMNS;
  const columns: ChartColumns = { times: [], lines: lines.map(() => []), bands: lines.map(() => null) };
  let stepBefore = 0;
  for (const { series, stepSeconds } of parts) {
    const wanted = series.filter((points) => !isExcepted(spec, points));
    const chosen = spec.physical ? physicalOf(wanted) : wanted;
    const found = lines.map((line) => chosen.filter((points) => matches(line, points)));
    if (addPart(columns, spec, lines, found, stepSeconds, stepBefore || stepSeconds)) stepBefore = stepSeconds;
  }
  return columns;
}

/** The lines of a spec; of one with `each`, those of the tag's values that reach highest, and how many are left out. */
export function linesOf(spec: ChartSpec, parts: readonly Part[]): { lines: readonly LineSpec[]; left: number } {
  const { each, except = [] } = spec;
  if (each === undefined) return { lines: spec.lines, left: 0 };
  const highest = new Map<string, number>();
  for (const part of parts) {
    for (const { tags, fields } of part.series) {
      const value = tags[each.tag];
      if (value === undefined || value === '' || except.includes(value)) continue;
      let most = highest.get(value) ?? Number.NEGATIVE_INFINITY;
      for (const field of [each.field, each.mirrored]) {
        const mean = field === undefined ? undefined : fields[field]?.mean;
        for (let i = 0; i < (mean?.length ?? 0); i++) if ((mean?.[i] as number) > most) most = mean?.[i] as number;
      }
      highest.set(value, most);
    }
  }
  const known = [...highest].filter(([, most]) => Number.isFinite(most));
  const shown = known.sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, MAX_LINES);
  // By name, so that a line keeps its colour while the order of the highest changes.
  const names = shown.map(([value]) => value).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const lines = names.flatMap((label, at): LineSpec[] => {
    const line: LineSpec = { label, field: each.field, color: at + 1, tags: { [each.tag]: label }, over: 'sum' };
    return each.mirrored === undefined ? [line] : [line, { ...line, label: '', field: each.mirrored, mirrored: true }];
  });
  return { lines, left: known.length - shown.length };
}

/** Those that are not told to lie on others, by their newest word; all where every one does, as then nothing is counted twice by leaving it. */
function physicalOf(series: readonly Points[]): readonly Points[] {
  const own = series.filter(({ fields, times }) => {
    const told = fields[PHYSICAL]?.mean;
    for (let at = times.length - 1; told !== undefined && at >= 0; at--) if (!Number.isNaN(told[at])) return told[at]! >= 0.5;
    return true;
  });
  return own.length === 0 ? series : own;
}

function isExcepted({ except }: ChartSpec, { tags }: Points): boolean {
  return except?.some((name) => Object.values(tags).includes(name)) ?? false;
}

function matches(line: LineSpec, { tags, fields }: Points): boolean {
  if (fields[line.field] === undefined) return false;
  for (const tag in line.tags) if (tags[tag] !== line.tags[tag]) return false;
  return true;
}

/** Answers whether there was anything to add. `stepBefore` is what the last point of the parts before stands for. */
function addPart(
  columns: ChartColumns,
  { scale }: ChartSpec,
  lines: readonly LineSpec[],
  found: readonly (readonly Points[])[],
  stepSeconds: number,
  stepBefore: number,
): boolean {
  const after = columns.times.at(-1);
  const times = unionOf(found, after === undefined ? Number.NEGATIVE_INFINITY : after + stepBefore / 2);
  if (times.length === 0) return false;
  const start = columns.times.length;
  const rowAt = new Map<number, number>();
  times.forEach((time, at) => {
    const before = at === 0 ? after : times[at - 1];
    const gap = at > 0 ? isGap(times, at, stepSeconds) : isGap([after ?? time, ...times.slice(0, 8)], 1, Math.max(stepSeconds, stepBefore));
    if (gap && before !== undefined) columns.times.push((time + before) / 2);
    rowAt.set(time, columns.times.length);
    columns.times.push(time);
  });
  const rows = columns.times.length;
  lines.forEach((line, at) => {
    const column = columns.lines[at] as Column;
    fill(column, start, rows);
    const all = found[at] as readonly Points[];
    const used = line.over === undefined ? all.slice(0, 1) : all;
    const [only] = used;
    if (used.length === 1 && only?.fields[line.field]?.spread)
      columns.bands[at] ??= { low: new Array(start).fill(null), high: new Array(start).fill(null) };
    const band = columns.bands[at];
    for (const points of used) {
      const { mean, spread } = points.fields[line.field] as Points['fields'][string];
      for (let i = 0; i < points.times.length; i++) {
        const row = rowAt.get(points.times[i] as number);
        const value = mean[i]! * scale;
        if (row === undefined || Number.isNaN(value)) continue;
        const standing = column[row] as number | null;
        column[row] = standing === null ? value : line.over === 'max' ? Math.max(standing, value) : standing + value;
        if (band && spread && used.length === 1) {
          band.low[row] = spread.min[i]! * scale;
          band.high[row] = spread.max[i]! * scale;
        }
      }
    }
    if (band) {
      fill(band.low, start, rows);
      fill(band.high, start, rows);
    }
  });
  return true;
}

function fill(column: Column, from: number, to: number): void {
  for (let row = from; row < to; row++) column[row] ??= null;
}

/** All times from `after` on, rising. Series of one tick share theirs. */
function unionOf(found: readonly (readonly Points[])[], after: number): number[] {
  const seen = new Set<number>();
  let last: ArrayLike<number> | undefined;
  for (const series of found) {
    for (const { times } of series) {
      if (times === last) continue;
      last = times;
      for (let i = 0; i < times.length; i++) if ((times[i] as number) >= after) seen.add(times[i] as number);
    }
  }
  return [...seen].sort((a, b) => a - b);
}
