// One path over the window's time: percentiles and loss, kept fresh while it is live.
import { useEffect, useState } from 'react';
import { numericColumn, type QueryResult } from '../../common/query-result.ts';
import { askAgain } from '../state/ask-again.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type Bounds, boundsOf, sampleBy, sampleStepSeconds, spanOf, type TimeRange } from '../state/time-range.ts';
import { historySql, type PathTags } from './probe-data.ts';
import type { ProbePath } from './probe-paths.ts';

export type PathLine = 'p50' | 'p95' | 'p99' | 'loss' | 'uptime';

export interface PathHistory {
  bounds: Bounds;
  stepSeconds: number;
  /** Seconds, rising. */
  times: number[];
  lines: Readonly<Record<PathLine, (number | null)[]>>;
  /** Why it could not be read; empty when it could. */
  problem: string;
}

const LINES: readonly PathLine[] = ['p50', 'p95', 'p99', 'loss', 'uptime'];
const REFRESH_MS = 10_000;
/** A percentile of one or two samples is but the samples. */
const LEAST_STEP_MS = 30_000;
/** How many times coarser than other charts. */
const COARSER = 6;
const MAX_ROWS = 2000;

function stepOf(range: TimeRange): number {
  return sampleStepSeconds(spanOf(range) * COARSER, LEAST_STEP_MS);
}

/** The statement behind the chart of a path. */
export function pathSql(columns: ReadonlySet<string>, path: PathTags, range: TimeRange, nowMs: number): string {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  return historySql(columns, path, fromMs, toMs, sampleBy(stepOf(range)));
}

/** Undefined until the first answer. */
export function usePathHistory(path: ProbePath | undefined, columns: ReadonlySet<string>): PathHistory | undefined {
  const { api, fleet, time } = useConsole();
  const range = useStore(time);
  const [history, setHistory] = useState<{ key: string; history: PathHistory }>();
  const key = path?.key ?? '';
  const row = path?.row;
  const known = columns.size;
  // Dependencies: the key stands for the row, and the number of columns for the columns
  useEffect(() => {
    if (row === undefined || known === 0) return;
    return askAgain({
      load: async (signal) => {
        const nowMs = fleet.now();
        const sql = pathSql(columns, row, range, nowMs);
        const result = await askWhole(api, { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 }, signal);
        const stepSeconds = stepOf(range);
        setHistory({ key, history: { bounds: boundsOf(range, nowMs), stepSeconds, ...toLines(result, stepSeconds), problem: '' } });
      },
      onProblem: (problem) =>
        setHistory((before) => ({
          key,
          history: before?.key === key ? { ...before.history, problem } : { ...noHistory(boundsOf(range, fleet.now())), problem },
        })),
      everyMs: range.kind === 'live' ? REFRESH_MS : undefined,
    });
  }, [api, fleet, key, known, range]);
  return history?.key === key ? history.history : undefined;
}

function noHistory(bounds: Bounds): PathHistory {
  return { bounds, stepSeconds: 0, times: [], lines: { p50: [], p95: [], p99: [], loss: [], uptime: [] }, problem: '' };
}

/** A gap stays a gap: where steps are missing, one without values ends the line. */
function toLines(result: QueryResult, stepSeconds: number): Pick<PathHistory, 'times' | 'lines'> {
  const stamps = numericColumn(result, 'timestamp') ?? new Float64Array();
  const times: number[] = [];
  const lines: Record<PathLine, (number | null)[]> = { p50: [], p95: [], p99: [], loss: [], uptime: [] };
  const columns = LINES.map((line) => [lines[line], numericColumn(result, line)] as const);
  for (let row = 0; row < result.rows; row++) {
    const seconds = stamps[row]! / 1e6;
    const before = times.at(-1);
    // Rows of agents come a minute apart: a line between two of them is no lie.
    if (before !== undefined && seconds - before > Math.max(180, 3 * stepSeconds)) {
      times.push(before + stepSeconds);
      for (const [values] of columns) values.push(null);
    }
    times.push(seconds);
    for (const [values, column] of columns) {
      const value = column?.[row] ?? Number.NaN;
      values.push(Number.isNaN(value) ? null : value);
    }
  }
  return { times, lines };
}
