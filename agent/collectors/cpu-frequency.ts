// How fast the cores run, from /sys/devices/system/cpu (Documentation/admin-guide/pm/cpufreq.rst). Asking may wake a sleeping core.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink } from './collector.ts';
import { list } from './sys-files.ts';

/** Of a machine with more cores, the first ones stand for all. */
const MAX_CORES = 64;

export function createCpuFrequencyCollector(roots: HostRoots): Collector {
  const folder = join(roots.sys, 'devices/system/cpu');
  let files: HostFile[] = [];

  const open = (): HostFile[] => {
    const cores = list(folder).filter((name) => /^cpu\d+$/.test(name));
    cores.sort((a, b) => Number(a.slice(3)) - Number(b.slice(3)));
    return cores.slice(0, MAX_CORES).map((core) => new HostFile(join(folder, core, 'cpufreq/scaling_cur_freq')));
  };

  return {
    measurement: 'cpu_frequency',
    tags: [],
    fields: ['mean_hertz', 'lowest_hertz', 'highest_hertz'],
    intervalMs: 10_000,
    liveIntervalMs: 1000,
    collect(rows: RowSink): void {
      if (files.length === 0) files = open();
      // A core that was taken offline has no such file.
      const hertz = files.map(readHertz).filter((value) => !Number.isNaN(value));
      if (hertz.length === 0) {
        files = [];
        throw new MusterError('not_found', `${folder}/cpu*/cpufreq is not there: the kernel does not tell how fast the cores run`);
      }
      const sum = hertz.reduce((a, b) => a + b);
      rows.add([], [sum / hertz.length, Math.min(...hertz), Math.max(...hertz)]);
    },
    close(): void {
      for (const file of files) file.close();
      files = [];
    },
  };
}

function readHertz(file: HostFile): number {
  try {
    return new Scanner(file.read()).number() * 1000;
  } catch {
    return Number.NaN;
  }
}
