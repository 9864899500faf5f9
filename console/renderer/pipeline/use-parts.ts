// CPU and memory of Muster's own parts, from the samples they store of themselves, with their last minutes.
import { useEffect, useState } from 'react';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { isMissing } from '../node/series/series-load.ts';
import { askAgain } from '../state/ask-again.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';
import { type Trend, trendOf } from './trend-steps.ts';

const REFRESH_MS = 10_000;
const NONE = Number.NaN;
/** An instance that was not sampled for so long is gone. */
const CURRENT_MS = 60_000;
const RECENT = `timestamp > dateadd('m', -10, now())`;
const SQL = `SELECT timestamp, part, node_id, cpu_percent, rss_bytes FROM muster_part WHERE ${RECENT}`;
/** A question of its own: before the ETL has reported for the first time there is no such column. */
const ROWS_SQL = `SELECT timestamp, part, node_id, rows_per_second FROM muster_part WHERE part = 'etl' AND ${RECENT}`;

export interface PartUsage {
  /** `gateway`, `etl`. */
  part: string;
  /** Instances sampled in the last minute. */
  instances: number;
  /** Newest of each instance, added up. */
  cpuPercent: number;
  rssBytes: number;
  cpuTrend: Trend;
  /** Rows stored a second, of the ETL; left out where its samples do not have them. */
  rowsTrend?: Trend | undefined;
}

/** By part; empty while nobody knows. */
export function useParts(): ReadonlyMap<string, PartUsage> {
  const { api, fleet } = useConsole();
  const [parts, setParts] = useState<ReadonlyMap<string, PartUsage>>(new Map());
  useEffect(
    () =>
      askAgain({
        load: async (signal) => {
          const ask = (sql: string): Promise<QueryResult> => askWhole(api, { sql, maxRows: 20_000, timeoutMs: 5000 }, signal);
          const [costs, rows] = await Promise.all([ask(SQL), ask(ROWS_SQL).catch(withoutRows)]);
          const stored = rows === undefined ? [] : samplesOf(rows);
          if (!signal.aborted) setParts(partsOf(samplesOf(costs), fleet.now(), stored));
        },
        // Figures beside the path: the path's own state says when the store does not answer.
        onProblem: () => setParts(new Map()),
        everyMs: REFRESH_MS,
      }),
    [api, fleet],
  );
  return parts;
}

export interface PartSample {
  part: string;
  instance: string;
  timeMs: number;
  cpu: number;
  rss: number;
  rows: number;
}

function withoutRows(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

function samplesOf(result: QueryResult): PartSample[] {
  const times = Array.from(numericColumn(result, 'timestamp') ?? [], (us) => us / 1000);
  const [names, ids] = [textColumn(result, 'part'), textColumn(result, 'node_id')];
  const column = (name: string) => numericColumn(result, name) ?? new Float64Array();
  const [cpu, rss, rows] = [column('cpu_percent'), column('rss_bytes'), column('rows_per_second')];
  return names.flatMap((part, row): PartSample[] => {
    if (part === null) return [];
    const values = { cpu: cpu[row] ?? NONE, rss: rss[row] ?? NONE, rows: rows[row] ?? NONE };
    return [{ part, instance: ids[row] ?? '', timeMs: times[row] ?? 0, ...values }];
  });
}

/** Samples in the order of time; `stored` has the rows that were stored. Instances of a part are added up, at each step of the trends too. */
export function partsOf(samples: readonly PartSample[], nowMs: number, stored: readonly PartSample[] = []): Map<string, PartUsage> {
  const rows = byInstance(stored);
  return new Map(
    [...byInstance(samples)].map(([part, instances]) => {
      const newest = [...instances.values()].flatMap((own) => own.at(-1) ?? []).filter(({ timeMs }) => nowMs - timeMs <= CURRENT_MS);
      const sum = (key: 'cpu' | 'rss'): number => newest.reduce((total, one) => total + (Number.isNaN(one[key]) ? 0 : one[key]), 0);
      const [cpuPercent, rssBytes] = newest.length === 0 ? [NONE, NONE] : [sum('cpu'), sum('rss')];
      const cpuTrend = trend(instances, 'cpu', nowMs);
      const own = rows.get(part);
      return [
        part,
        {
          part,
          instances: newest.length,
          cpuPercent,
          rssBytes,
          cpuTrend,
          rowsTrend: own === undefined ? undefined : trend(own, 'rows', nowMs),
        },
      ];
    }),
  );
}

function byInstance(samples: readonly PartSample[]): Map<string, Map<string, PartSample[]>> {
  const parts = new Map<string, Map<string, PartSample[]>>();
  for (const sample of samples) {
    const instances = parts.get(sample.part) ?? new Map<string, PartSample[]>();
    parts.set(sample.part, instances);
    const known = instances.get(sample.instance);
    if (known === undefined) instances.set(sample.instance, [sample]);
    else known.push(sample);
  }
  return parts;
}

function trend(instances: ReadonlyMap<string, readonly PartSample[]>, of: 'cpu' | 'rows', nowMs: number): Trend {
  return trendOf(
    [...instances.values()].map((own) => own.map((sample) => ({ timeMs: sample.timeMs, value: sample[of] }))),
    nowMs,
  );
}
