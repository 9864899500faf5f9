// Asks the store for the probes' paths at the window's moment, again and again while it is live.
import { useEffect, useMemo, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult } from '../../common/query-result.ts';
import type { PlaceBook } from '../map/places.ts';
import { askAgain } from '../state/ask-again.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type PathRow, type PathValues, PROBE_TABLE, readPaths, stepsSql, summarySql } from './probe-data.ts';
import { changedSince, healthOf, type Since } from './probe-health.ts';
import { namePaths, type PathInputs, type ProbePath } from './probe-paths.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What counts as now. */
export const NOW_MS = 5 * MINUTE;
/** What is usual ends before what may be going on now. */
const USUAL = { fromMs: 25 * HOUR, toMs: HOUR };
const REFRESH_MS = 10_000;
/** What is usual changes slowly, and costs most. */
const REFRESH_USUAL_MS = 5 * MINUTE;
const MAX_ROWS = 20_000;
const TIMEOUT_MS = 20_000;
/** With fewer samples than these nothing is usual yet. */
const LEAST_SAMPLES = 10;

export interface ProbePaths {
  paths: readonly ProbePath[];
  /** The probe table's columns; empty where no probe ever measured. */
  columns: ReadonlySet<string>;
  asOfMs: number;
  /** Nothing was answered yet. */
  loading: boolean;
  /** Why it could not be read; empty when it could. */
  problem: string;
}

interface Answer extends PathInputs {
  columns: ReadonlySet<string>;
  asOfMs: number;
  problem: string;
}

const NOTHING: PathInputs = { now: [], usual: new Map(), hourAgo: new Map(), since: new Map(), day: new Map(), recent: new Map() };

export function useProbePaths(book: PlaceBook, nodes: ReadonlyMap<string, FleetNode>): ProbePaths {
  const { api, fleet, time } = useConsole();
  const range = useStore(time);
  const momentMs = range.kind === 'past' ? range.toMs : undefined;
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    let usual: { rows: ReadonlyMap<string, PathValues>; day: ReadonlyMap<string, PathValues>; atMs: number; untilMs: number } | undefined;
    const load = async (signal: AbortSignal): Promise<void> => {
      const ask = (sql: string): Promise<QueryResult> => askWhole(api, { sql, maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS }, signal);
      const atMs = momentMs ?? fleet.now();
      const tables = await api.request('listMeasurements', {}, signal);
      const columns = new Set(tables.find((table) => table.name === PROBE_TABLE)?.columns.map((column) => column.name));
      if (columns.size === 0) {
        setAnswer({ ...NOTHING, columns, asOfMs: atMs, problem: '' });
        return;
      }
      const now = readPaths(await ask(summarySql(columns, atMs - NOW_MS, atMs)));
      if (usual === undefined || usual.untilMs < performance.now()) {
        const rows = enough(await ask(summarySql(columns, atMs - USUAL.fromMs, atMs - USUAL.toMs)));
        // What is younger than an hour is compared with what there is of that hour.
        if (now.some(({ key }) => !rows.has(key))) {
          const young = enough(await ask(summarySql(columns, atMs - USUAL.toMs, atMs - NOW_MS)));
          for (const [key, row] of young) if (!rows.has(key)) rows.set(key, row);
        }
        // A day without a hole: what is usual leaves the last hour out, and counts no uptime.
        const day = byKey(readPaths(await ask(summarySql(columns, atMs - DAY, atMs - NOW_MS))));
        usual = { rows, day, atMs, untilMs: performance.now() + REFRESH_USUAL_MS };
      }
      const { rows, day } = usual;
      const recent = usual.atMs === atMs ? byKey(now) : byKey(readPaths(await ask(summarySql(columns, usual.atMs - NOW_MS, atMs))));
      const hourAgo = byKey(readPaths(await ask(summarySql(columns, atMs - HOUR - NOW_MS, atMs - HOUR))));
      const changed = now.filter((row) => healthOf(row, rows.get(row.key)) !== '');
      const since =
        changed.length === 0
          ? new Map<string, Since>()
          : toSince(await ask(stepsSql(columns, atMs - HOUR, atMs, `${sinceStep(now.length)}m`)), {
              changed,
              usual: rows,
              // The first step may begin before what was asked for, or be all of it.
              fromMs: atMs - HOUR + (sinceStep(now.length) - 1) * MINUTE,
            });
      setAnswer({ now, usual: rows, hourAgo, since, day, recent, columns, asOfMs: atMs, problem: '' });
    };
    setAnswer(undefined);
    return askAgain({
      load,
      onProblem: (problem) => setAnswer((before) => ({ ...NOTHING, columns: new Set<string>(), asOfMs: 0, ...before, problem })),
      everyMs: momentMs === undefined ? REFRESH_MS : undefined,
    });
  }, [api, fleet, momentMs]);
  const paths = useMemo(() => (answer === undefined ? [] : namePaths(answer, book, nodes)), [answer, book, nodes]);
  return {
    paths,
    columns: answer?.columns ?? new Set(),
    asOfMs: answer?.asOfMs ?? 0,
    loading: answer === undefined,
    problem: answer?.problem ?? '',
  };
}

/** Minutes of a step with which an hour of so many paths keeps to the rows of an answer. */
export function sinceStep(paths: number): number {
  const wanted = (paths * 60) / (0.9 * MAX_ROWS);
  return [1, 2, 3, 5, 6, 10, 15, 20, 30].find((minutes) => minutes >= wanted) ?? 60;
}

function enough(result: QueryResult): Map<string, PathValues> {
  return byKey(readPaths(result).filter((row) => row.samples >= LEAST_SAMPLES));
}

function byKey(rows: readonly PathRow[]): Map<string, PathValues> {
  return new Map(rows.map((row) => [row.key, row]));
}

function toSince(
  result: QueryResult,
  { changed, usual, fromMs }: { changed: readonly PathRow[]; usual: ReadonlyMap<string, PathValues>; fromMs: number },
): Map<string, Since> {
  const times = numericColumn(result, 'timestamp');
  const steps = new Map(changed.map(({ key }) => [key, [] as (PathRow & { timeMs: number })[]]));
  readPaths(result).forEach((row, index) => {
    steps.get(row.key)?.push({ ...row, timeMs: (times?.[index] ?? Number.NaN) / 1000 });
  });
  const since = new Map<string, Since>();
  for (const row of changed) {
    const began = changedSince(steps.get(row.key) ?? [], row, usual.get(row.key), fromMs);
    if (began !== undefined) since.set(row.key, began);
  }
  return since;
}
