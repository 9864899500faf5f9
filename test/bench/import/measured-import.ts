// `muster import` as a program of its own, with what it and every part behind it cost.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { PartName, Pipeline } from '../../harness/pipeline.ts';
import { builtProgram } from '../../harness/program.ts';
import { cpuSeconds, peakRssMb } from '../pipeline/process-cost.ts';
import { TAGS } from '../pipeline/rows.ts';

const LOOK_EVERY_MS = 50;
const PARTS: readonly PartName[] = ['gateway', 'nats', 'etl', 'questdb'];

export interface ImportCost {
  bytes: number;
  /** From the start of the program until the last row is visible. */
  rowsPerSecond: number;
  peakRssMb: number;
  /** Until everything is durably in the stream. */
  programSeconds: number;
  /** CPU time of a row in the importer and in each part, µs. */
  cpuMicroseconds: Readonly<Record<string, number>>;
}

/** Starts the import of a file into a table. */
export function startImport({ home }: Pipeline, path: string, table: string, ...more: string[]): ChildProcess {
  const args = [builtProgram('muster'), 'import', path, '--json', '--home', home, '--measurement', table];
  return spawn(process.execPath, [...args, '--tags', TAGS.join(','), ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Resolves when the import is over. Throws where it failed. */
export async function untilImported(child: ChildProcess, path: string): Promise<void> {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  if (code !== 0) throw new Error(`the import of ${path} ended with ${code}`);
}

/** Imports a file; `untilVisible` resolves when its rows are. */
export async function measureImport(
  pipeline: Pipeline,
  { path, table, rows }: { path: string; table: string; rows: number },
  untilVisible: () => Promise<void>,
): Promise<ImportCost> {
  const partSeconds = (): number[] => PARTS.map((name) => cpuSeconds(pipeline.part(name).pid));
  const before = partSeconds();
  const from = performance.now();
  const child = startImport(pipeline, path, table);
  const own = await watch(child);
  await untilImported(child, path);
  const programSeconds = (performance.now() - from) / 1000;
  await untilVisible();
  const seconds = (performance.now() - from) / 1000;
  const after = partSeconds();
  const perRow = (cpu: number): number => Math.round((cpu * 1e8) / rows) / 100;
  const parts = PARTS.map((name, i) => [name, perRow((after[i] as number) - (before[i] as number))] as const);
  return {
    ...{ bytes: statSync(path).size, rowsPerSecond: Math.round(rows / seconds), peakRssMb: own.rssMb, programSeconds },
    cpuMicroseconds: { importer: perRow(own.cpu), ...Object.fromEntries(parts) },
  };
}

/** The most that was seen of a process until its end. */
async function watch(child: ChildProcess): Promise<{ cpu: number; rssMb: number }> {
  const seen = { cpu: 0, rssMb: 0 };
  while (child.exitCode === null && child.signalCode === null) {
    try {
      seen.cpu = Math.max(seen.cpu, cpuSeconds(child.pid ?? 0));
      seen.rssMb = Math.max(seen.rssMb, peakRssMb(child.pid ?? 0) || 0);
    } catch {
      // It has just ended: its peak was seen.
    }
    await wait(LOOK_EVERY_MS);
  }
  return seen;
}
