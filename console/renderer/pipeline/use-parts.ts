// CPU and memory of Muster's own parts, from the samples they store of themselves, with their last minutes.
import { useEffect, useState } from 'react';
import { numericColumn, textColumn } from '../../common/query-result.ts';
import { askAgain } from '../state/ask-again.ts';
import { askWhole } from '../state/ask-whole.ts';
import { useConsole } from '../state/console-state.ts';

const REFRESH_MS = 10_000;
const NONE = Number.NaN;
/** An instance that was not sampled for so long is gone. */
const CURRENT_MS = 60_000;
const TREND_STEP_MS = 10_000;
const TREND_STEPS = 60;
/** A sample stands for so long in the trend: samples come each 10 s, and late ones too. */
const HELD_MS = 25_000;
const SQL = `SELECT timestamp, part, node_id, cpu_percent, rss_bytes FROM muster_part WHERE timestamp > dateadd('m', -10, now())`;

export interface PartUsage {
  /** `gateway`, `etl`. */
  part: string;
  /** Instances sampled in the last minute. */
  instances: number;
  /** Newest of each instance, added up. */
  cpuPercent: number;
  rssBytes: number;
  /** CPU over the last ten minutes, a value per step. */
  cpuTrend: readonly number[];
}

/** By part; empty while nobody knows. */
export function useParts(): ReadonlyMap<string, PartUsage> {
  const { api, fleet } = useConsole();
  const [parts, setParts] = useState<ReadonlyMap<string, PartUsage>>(new Map());
  useEffect(
    () =>
      askAgain({
        load: async (signal) => {
          const result = await askWhole(api, { sql: SQL, maxRows: 20_000, timeoutMs: 5000 }, signal);
          const times = Array.from(numericColumn(result, 'timestamp') ?? [], (us) => us / 1000);
          const [names, ids] = [textColumn(result, 'part'), textColumn(result, 'node_id')];
          const column = (name: string) => numericColumn(result, name) ?? new Float64Array();
          const [cpu, rss] = [column('cpu_percent'), column('rss_bytes')];
          const samples = names.flatMap((part, row): PartSample[] =>
            part === null
              ? []
              : [{ part, instance: ids[row] ?? '', timeMs: times[row] ?? 0, cpu: cpu[row] ?? NONE, rss: rss[row] ?? NONE }],
          );
          setParts(partsOf(samples, fleet.now()));
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
}

/** Samples in the order of time. Instances of a part are added up, at each step of the trend too. */
export function partsOf(samples: readonly PartSample[], nowMs: number): Map<string, PartUsage> {
  const parts = new Map<string, Map<string, PartSample[]>>();
  for (const sample of samples) {
    const instances = parts.get(sample.part) ?? new Map<string, PartSample[]>();
    parts.set(sample.part, instances);
    const known = instances.get(sample.instance);
    if (known === undefined) instances.set(sample.instance, [sample]);
    else known.push(sample);
  }
  return new Map(
    [...parts].map(([part, instances]) => {
      const newest = [...instances.values()].flatMap((own) => own.at(-1) ?? []).filter(({ timeMs }) => nowMs - timeMs <= CURRENT_MS);
      const sum = (key: 'cpu' | 'rss'): number => newest.reduce((total, one) => total + (Number.isNaN(one[key]) ? 0 : one[key]), 0);
      const [cpuPercent, rssBytes] = newest.length === 0 ? [NONE, NONE] : [sum('cpu'), sum('rss')];
      return [part, { part, instances: newest.length, cpuPercent, rssBytes, cpuTrend: trendOf([...instances.values()], nowMs) }];
    }),
  );
}

/** A value for each step of the last minutes; a gap where no instance was sampled. */
function trendOf(instances: readonly (readonly PartSample[])[], nowMs: number): number[] {
  return Array.from({ length: TREND_STEPS }, (_, step) => {
    const toMs = nowMs - (TREND_STEPS - 1 - step) * TREND_STEP_MS;
    const held = instances.flatMap((own) => own.findLast(({ timeMs }) => timeMs <= toMs && toMs - timeMs <= HELD_MS) ?? []);
    return held.length === 0 ? NONE : held.reduce((total, { cpu }) => total + (Number.isNaN(cpu) ? 0 : cpu), 0);
  });
}
