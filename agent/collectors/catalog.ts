// All collectors, in the order in which they run. A new one is added here.
import type { HostRoots } from '../host-file.ts';
import { createAgentCollector, type SelfState } from './agent.ts';
import type { Collector } from './collector.ts';
import { createCpuCollector } from './cpu.ts';
import { createDiskIoCollector } from './disk-io.ts';
import { createFilesystemCollector } from './filesystem.ts';
import { createLoadCollector } from './load.ts';
import { createMemoryCollector } from './memory.ts';
import { createNetworkCollector } from './network.ts';
import { createPressureCollector } from './pressure.ts';
import { createProcessesCollector } from './processes.ts';
import { createSocketsCollector } from './sockets.ts';
import { createSwapCollector } from './swap.ts';
import { createTemperatureCollector } from './temperature.ts';
import { createUptimeCollector } from './uptime.ts';

const CREATORS: Readonly<Record<string, (roots: HostRoots, self: () => SelfState) => Collector>> = {
  cpu: createCpuCollector,
  memory: createMemoryCollector,
  swap: createSwapCollector,
  load: createLoadCollector,
  pressure: createPressureCollector,
  disk_io: createDiskIoCollector,
  filesystem: (roots) => createFilesystemCollector(roots),
  network: createNetworkCollector,
  sockets: createSocketsCollector,
  uptime: createUptimeCollector,
  processes: createProcessesCollector,
  temperature: createTemperatureCollector,
  agent: (_, self) => createAgentCollector(self),
};

export const COLLECTOR_NAMES: readonly string[] = Object.keys(CREATORS);

/** New collectors, without state yet, of the names that are wanted. */
export function createCollectors(wanted: (name: string) => boolean, roots: HostRoots, self: () => SelfState): Collector[] {
  return Object.entries(CREATORS).flatMap(([name, create]) => (wanted(name) ? [create(roots, self)] : []));
}
