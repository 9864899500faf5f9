// Nodes for a page over a staged host: complete, so that every column and page of them can be drawn.
import type { FleetNode } from '../../console/common/fleet-node.ts';

/** Live, and heard at `nowMs`; its name and id tell its number. */
export function stagedNode(number: number, nowMs: number, given: Partial<FleetNode> = {}): FleetNode {
  const name = `node-${String(number).padStart(5, '0')}`;
  return {
    ...{ nodeId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, name, state: 'live', stateSinceMs: nowMs - 60_000 },
    ...{ enrolledMs: nowMs - 3_600_000, lastSeenMs: nowMs, intervalMs: 1000, labels: { region: `r${number % 10}` }, platform: 'linux' },
    ...{ os: 'Debian', kernel: '6.1', arch: 'x64', cpuModel: 'cpu', cpuCores: 4, memoryBytes: 2 ** 33, virtualization: '', model: '' },
    ...{ addresses: [], agentVersion: '1.0.0', simulated: false, kind: 'machine', joinTokenId: '', commands: [], bootMs: null },
    ...{ skewMs: 1, gateway: 'g', problem: '', spool: null, config: null },
    values: {
      ...{ timeMs: nowMs, cpuPercent: 10 + (number % 50), memoryPercent: 40, swapPercent: 0, load1: 1, diskPercent: 50, diskMount: '/' },
      ...{ diskReadBytesPerSecond: 1e6, diskWriteBytesPerSecond: 2e6, rxBytesPerSecond: 1e6, txBytesPerSecond: 1e6 },
      ...{ temperatureCelsius: 40, processCount: 100, uptimeSeconds: 3600, pressurePercent: 0 },
    },
    ...given,
  };
}
