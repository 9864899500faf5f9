// Puts the local doors together from the parts of a running agent.
import { join } from 'node:path';
import { AGENT_VERSION } from '../agent-version.ts';
import type { Collector } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import type { EnqueueDoor, EnqueueSink } from './enqueue-door.ts';
import type { LocalReports } from './local-reports.ts';
import { LocalService } from './local-service.ts';
import { SnapshotSource } from './snapshot-source.ts';
import { type StatusSources, toStatusReport } from './status-report.ts';

export interface AgentParts extends Omit<StatusSources, 'version' | 'gateway'> {
  config: { readonly stateDir: string; readonly localPort: number; readonly gateway: string };
  roots: HostRoots;
  createCollectors(measurements: readonly string[]): Collector[];
  enqueueInto: EnqueueSink;
  reports: LocalReports;
}

export function createLocalService(parts: AgentParts): LocalService {
  const { config, roots, self, createCollectors, enqueueInto, reports } = parts;
  let door: Promise<EnqueueDoor> | undefined;
  const sources = { ...parts, version: AGENT_VERSION, gateway: config.gateway };
  return new LocalService({
    stateDir: config.stateDir,
    port: config.localPort,
    snapshots: new SnapshotSource({ createCollectors, netDev: new HostFile(join(roots.proc, 'net/dev')), self }),
    status: () => toStatusReport(sources),
    enqueue: async (request) => {
      // Loaded by the first script that sends something: an agent without scripts does not pay for it.
      door ??= import('./enqueue-door.ts').then(({ EnqueueDoor }) => new EnqueueDoor(enqueueInto));
      return (await door).take(request);
    },
    reports,
  });
}
