// What a process costs over a span of time: CPU as a share of one core, memory at the end.
import { readFileSync } from 'node:fs';
import { cpuSeconds } from '../pipeline/process-cost.ts';

export interface Cost {
  cpuPercentOfCore: number;
  rssMb: number;
  /** Memory with what is shared divided among those that share it. */
  pssMb: number;
}

export async function measureCost(pid: number, seconds: number): Promise<Cost> {
  const startMs = performance.now();
  const before = cpuSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const cpu = cpuSeconds(pid) - before;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const mb = (key: string): number => round(Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) / 1024);
  return { cpuPercentOfCore: round((cpu / ((performance.now() - startMs) / 1000)) * 100), rssMb: mb('Rss'), pssMb: mb('Pss') };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
