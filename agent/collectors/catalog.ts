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
import { createSystemdCollector } from './systemd.ts';
import { createSystemdUnitCollector } from './systemd-unit.ts';
import { createTemperatureCollector } from './temperature.ts';
import { createUptimeCollector } from './uptime.ts';

type Creators = Readonly<Record<string, (roots: HostRoots, self: () => SelfState) => Collector>>;

const LINUX: Creators = {
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
  systemd: () => createSystemdCollector(),
  systemd_unit: (roots) => createSystemdUnitCollector(roots),
  agent: (_, self) => createAgentCollector(self),
};

/** What other systems than Linux have. */
const PORTABLE: Creators = { agent: LINUX['agent'] as Creators[string] };

/** Of all systems: a configuration may serve a mixed fleet. */
export const COLLECTOR_NAMES: readonly string[] = [...new Set([...Object.keys(LINUX), ...Object.keys(PORTABLE)])];

/** New collectors of this system, without state yet, of the names that are wanted. */
export function createCollectors(
  wanted: (name: string) => boolean,
  roots: HostRoots,
  self: () => SelfState,
  platform: string = process.platform,
): Collector[] {
  const creators = platform === 'linux' ? LINUX : PORTABLE;
  return Object.entries(creators).flatMap(([name, create]) => (wanted(name) ? [create(roots, self)] : []));
}
