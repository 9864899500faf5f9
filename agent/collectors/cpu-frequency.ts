// How fast the cores run, from /sys/devices/system/cpu (Documentation/admin-guide/pm/cpufreq.rst). Asking may wake a sleeping core.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { list } from './sys-files.ts';

/** Of a machine with more cores, so many that lie evenly among all give the mean; which is lowest and highest is not known then. */
const MAX_CORES = 256;
/** Cores may be added to a virtual machine while it runs. */
const LOOK_AGAIN_EVERY_MS = 60_000;

export function createCpuFrequencyCollector(roots: HostRoots): Collector {
  const folder = join(roots.sys, 'devices/system/cpu');
  let files: HostFile[] = [];
  let left = 0;
  let lookedMs = Number.NEGATIVE_INFINITY;

  const close = (): void => {
    for (const file of files) file.close();
    files = [];
  };

  const open = (): HostFile[] => {
    const cores = list(folder).filter((name) => /^cpu\d+$/.test(name));
    cores.sort((a, b) => Number(a.slice(3)) - Number(b.slice(3)));
    left = Math.max(0, cores.length - MAX_CORES);
    const step = Math.max(1, cores.length / MAX_CORES);
    const chosen = Array.from({ length: Math.min(cores.length, MAX_CORES) }, (_, at) => cores[Math.floor(at * step)]!);
    return chosen.map((core) => new HostFile(join(folder, core, 'cpufreq/scaling_cur_freq')));
  };

  return {
    measurement: 'cpu_frequency',
    tags: [],
    fields: ['mean_hertz', 'lowest_hertz', 'highest_hertz'],
    intervalMs: 10_000,
    liveIntervalMs: 1000,
    collect(rows: RowSink, tick: Tick): void {
      if (files.length === 0 || tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        close();
        files = open();
        lookedMs = tick.monotonicMs;
      }
      // A core that was taken offline has no such file.
      const hertz = files.map(readHertz).filter((value) => !Number.isNaN(value));
      if (hertz.length === 0) {
        close();
        throw new MusterError('not_found', `${folder}/cpu*/cpufreq is not there: the kernel does not tell how fast the cores run`);
      }
      const sum = hertz.reduce((a, b) => a + b);
      const isPart = left > 0;
      if (isPart)
        rows.problem(`more than ${MAX_CORES} cores: the mean is that of ${hertz.length} among them, the lowest and highest are not known`);
      rows.add([], [sum / hertz.length, isPart ? Number.NaN : Math.min(...hertz), isPart ? Number.NaN : Math.max(...hertz)]);
    },
    close,
  };
}

function readHertz(file: HostFile): number {
  try {
    return new Scanner(file.read()).number() * 1000;
  } catch {
    return Number.NaN;
  }
}
