// CPU and memory of Muster's own parts, from the samples they store of themselves, with their last minutes.
import { useEffect, useState } from 'react';
import { numericColumn, textColumn } from '../../common/query-result.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';

const REFRESH_MS = 10_000;
const SQL = `SELECT timestamp, part, node_id, cpu_percent, rss_bytes FROM muster_part WHERE timestamp > dateadd('m', -10, now())`;

export interface PartUsage {
  /** `gateway`, `etl`. */
  part: string;
  /** Instances seen in the last minutes. */
  instances: number;
  /** Newest of each instance, added up. */
  cpuPercent: number;
  rssBytes: number;
  /** CPU over the last minutes. */
  cpuTrend: readonly number[];
}

/** By part; empty while nobody knows. */
export function useParts(): ReadonlyMap<string, PartUsage> {
  const { api } = useConsole();
  const [parts, setParts] = useState<ReadonlyMap<string, PartUsage>>(new Map());
  useEffect(() => {
    const controller = new AbortController();
    const load = (): void => {
      askWhole(api, { sql: SQL, maxRows: 20_000, timeoutMs: 5000 }, controller.signal).then(
        (result) => {
          const column = (name: string) => numericColumn(result, name) ?? new Float64Array();
          setParts(partsOf(textColumn(result, 'part'), textColumn(result, 'node_id'), column('cpu_percent'), column('rss_bytes')));
        },
        // Figures beside the path: the path's own state says when the store does not answer.
        () => setParts(new Map()),
      );
    };
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [api]);
  return parts;
}

/** Rows in the order of time. */
export function partsOf(
  names: readonly (string | null)[],
  ids: readonly (string | null)[],
  cpu: Float64Array,
  rss: Float64Array,
): Map<string, PartUsage> {
  const newest = new Map<string, Map<string, { cpu: number; rss: number }>>();
  const trends = new Map<string, number[]>();
  names.forEach((name, row) => {
    if (name === null) return;
    const instances = newest.get(name) ?? new Map();
    newest.set(name, instances.set(ids[row] ?? '', { cpu: cpu[row] ?? Number.NaN, rss: rss[row] ?? Number.NaN }));
    const trend = trends.get(name) ?? [];
    trends.set(name, trend);
    trend.push(cpu[row] ?? Number.NaN);
  });
  return new Map(
    [...newest].map(([part, instances]) => {
      const all = [...instances.values()];
      const sum = (key: 'cpu' | 'rss'): number => all.reduce((total, one) => total + (Number.isNaN(one[key]) ? 0 : one[key]), 0);
      return [part, { part, instances: all.length, cpuPercent: sum('cpu'), rssBytes: sum('rss'), cpuTrend: trends.get(part) ?? [] }];
    }),
  );
}
