// Whether a process's memory grows: its resident set every few seconds, the end of a run against its beginning.
import { readFileSync } from 'node:fs';
import { round } from './cost.ts';

const LOOK_EVERY_MS = 5000;

/** Median RSS in MB of the last sixth of the time minus that of the second one: of 30 minutes, 25 to 30 against 5 to 10. */
export async function measureGrowth(pid: number, seconds: number): Promise<number> {
  const looks: { share: number; mb: number }[] = [];
  const startMs = performance.now();
  for (let share = 0; share < 1; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    share = (performance.now() - startMs) / 1000 / seconds;
    looks.push({ share, mb: residentMb(pid) });
  }
  const between = (from: number, to: number): number =>
    median(looks.filter((look) => look.share >= from / 6 && look.share < to / 6).map(({ mb }) => mb));
  return round(between(5, 6) - between(1, 2));
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
