// All collectors, in the order in which they run. A new one is added here.

import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { TickFiles } from '../host/tick-files.ts';
import { createAgentCollector, type SelfState } from './agent.ts';
import { createBatteryCollector } from './battery.ts';
import { createClockCollector } from './clock.ts';
import { createContainersCollector } from './containers.ts';
import { createCpuCollector } from './cpu.ts';
import { createCpuFrequencyCollector } from './cpu-frequency.ts';
import { createDiskIoCollector } from './disk-io.ts';
import { createFanCollector } from './fan.ts';
import { createFilesystemCollector } from './filesystem.ts';
import { createGpuCollector } from './gpu.ts';
import { createKernelCollector } from './kernel.ts';
import { createLoadCollector } from './load.ts';
import { createMemoryCollector } from './memory.ts';
import { createNetworkCollector } from './network.ts';
import { createPagingCollector } from './paging.ts';
import { PORTABLE_COLLECTORS } from './portable-collectors.ts';
import { createHostSource } from './portable-source.ts';
import { createPowerCollector } from './power.ts';
import { createPressureCollector } from './pressure.ts';
import { createProcessCollector } from './process.ts';
import { ProcessTable } from './process-table.ts';
import { createProcessesCollector } from './processes.ts';
import { createProtocolsCollector } from './protocols.ts';
import { createSmartCollector } from './smart.ts';
import { createSocketsCollector } from './sockets.ts';
import { createSoftnetCollector } from './softnet.ts';
import { createSwapCollector } from './swap.ts';
import { createSystemdCollector, createSystemManager } from './systemd.ts';
import { createSystemdUnitCollector } from './systemd-unit.ts';
import { createTemperatureCollector } from './temperature.ts';
import { createUptimeCollector } from './uptime.ts';
import { createUsersCollector } from './users.ts';
import { createVoltageCollector } from './voltage.ts';

/** What comes and goes with containers, guests and connections: a series each, without end. */
export const TRANSIENT_KINDS = ['mounts', 'interfaces', 'units'] as const;
export type TransientKind = (typeof TRANSIENT_KINDS)[number];

type IsIncluded = (kind: TransientKind) => boolean;
type Creators = Readonly<
  Record<string, (roots: HostRoots, self: () => SelfState, table: ProcessTable, files: TickFiles, isIncluded: IsIncluded) => Collector>
>;

const LINUX: Creators = {
  cpu: (roots, _, __, files) => createCpuCollector(roots, files),
  cpu_frequency: createCpuFrequencyCollector,
  memory: (roots, _, __, files) => createMemoryCollector(roots, files),
  paging: (roots, _, __, files) => createPagingCollector(roots, files),
  swap: (roots, _, __, files) => createSwapCollector(roots, files),
  load: (roots, _, __, files) => createLoadCollector(roots, files),
  pressure: (roots, _, __, files) => createPressureCollector(roots, files),
  disk_io: createDiskIoCollector,
  filesystem: (roots, _, __, ___, isIncluded) => createFilesystemCollector(roots, () => ({ transient: isIncluded('mounts') })),
  network: (roots, _, __, ___, isIncluded) => createNetworkCollector(roots, () => isIncluded('interfaces')),
  softnet: createSoftnetCollector,
  protocols: (roots, _, __, files) => createProtocolsCollector(roots, files),
  sockets: (roots, _, __, files) => createSocketsCollector(roots, files),
  uptime: (roots, self, _, files) => createUptimeCollector(roots, self, files),
  clock: (roots, self, table) => createClockCollector(roots, self, table),
  kernel: createKernelCollector,
  // Before the other one, which counts what this one has read.
  process: (roots, _, table) => createProcessCollector(roots, table),
  processes: (roots, _, table, files) => createProcessesCollector(roots, table, files),
  users: createUsersCollector,
  temperature: createTemperatureCollector,
  fan: createFanCollector,
  power: createPowerCollector,
  voltage: createVoltageCollector,
  battery: createBatteryCollector,
  systemd: (roots) => createSystemdCollector(createSystemManager(roots)),
  systemd_unit: (roots, _, __, ___, isIncluded) => createSystemdUnitCollector(roots, createSystemManager(roots), () => isIncluded('units')),
  containers: (roots) => createContainersCollector(roots),
  smart: (roots) => createSmartCollector(roots),
  gpu: (roots) => createGpuCollector(roots),
  agent: (_, self) => createAgentCollector(self),
};

const portableSource = createHostSource();

/** What other systems than Linux have. */
const PORTABLE: Creators = {
  ...Object.fromEntries(Object.entries(PORTABLE_COLLECTORS).map(([name, create]) => [name, () => create(portableSource)])),
  agent: LINUX['agent'] as Creators[string],
};

/** Of all systems: a configuration may serve a mixed fleet. */
export const COLLECTOR_NAMES: readonly string[] = [...new Set([...Object.keys(LINUX), ...Object.keys(PORTABLE)])];

/** New collectors of this system, without state yet, of the names that are wanted; `transient` are the kinds of series to include all the same. */
export function createCollectors(
  wanted: (name: string) => boolean,
  roots: HostRoots,
  self: () => SelfState,
  platform: string = process.platform,
  transient: () => readonly TransientKind[] = () => [],
): Collector[] {
  const creators = platform === 'linux' ? LINUX : PORTABLE;
  const table = new ProcessTable(roots);
  const files = new TickFiles(roots);
  const isIncluded: IsIncluded = (kind) => transient().includes(kind);
  return Object.entries(creators).flatMap(([name, create]) => (wanted(name) ? [create(roots, self, table, files, isIncluded)] : []));
}
