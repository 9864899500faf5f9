// Puts the local doors together from the parts of a running agent.
import { join } from 'node:path';
import { AGENT_VERSION } from '../agent-version.ts';
import type { Collector } from '../collectors/collector.ts';
import type { AgentConfig } from '../config.ts';
import { HostFile, type HostRoots } from '../host-file.ts';
import type { Spool } from '../spool/spool.ts';
import type { AgentStory } from './agent-story.ts';
import { type LocalReports, LocalService } from './local-service.ts';
import { SnapshotSource } from './snapshot-source.ts';
import { toStatusReport } from './status-report.ts';

export interface AgentParts {
  config: Pick<AgentConfig, 'stateDir' | 'localPort' | 'gateway'>;
  roots: HostRoots;
  story: AgentStory;
  spool: Spool;
  self(): { name: string; nodeId: string | undefined };
  createCollectors(measurements: readonly string[]): Collector[];
  reports: LocalReports;
}

export function createLocalService({ config, roots, story, spool, self, createCollectors, reports }: AgentParts): LocalService {
  const sources = { version: AGENT_VERSION, gateway: config.gateway, story, spool, self };
  return new LocalService({
    stateDir: config.stateDir,
    port: config.localPort,
    snapshots: new SnapshotSource({ createCollectors, netDev: new HostFile(join(roots.proc, 'net/dev')), self }),
    status: () => toStatusReport(sources),
    reports,
  });
}
