// A node as the console shows it: plain data that crosses IPC and WebSocket alike. Times are Unix milliseconds.
import type { NodeKindWord } from '../../core/common/node-kind.ts';

/**
 * No gateway sends `maintenance`: the console shows it for a late or silent node whose label says so. `unknown` is one that this console has no
 * word for: a newer gateway's.
 */
export type NodeStateName = 'live' | 'late' | 'silent' | 'maintenance' | 'never_seen' | 'quarantined' | 'unknown' | 'idle';

/** The newest values of a node; null where it did not measure one. */
export interface NodeValues {
  timeMs: number;
  cpuPercent: number | null;
  memoryPercent: number | null;
  swapPercent: number | null;
  load1: number | null;
  diskPercent: number | null;
  /** Mount point of the fullest filesystem. */
  diskMount: string;
  diskReadBytesPerSecond: number | null;
  diskWriteBytesPerSecond: number | null;
  rxBytesPerSecond: number | null;
  txBytesPerSecond: number | null;
  temperatureCelsius: number | null;
  processCount: number | null;
  uptimeSeconds: number | null;
  pressurePercent: number | null;
}

/** What waits on the machine itself. */
export interface NodeSpool {
  /** Batches held. */
  batches: number;
  bytes: number;
  rows: number;
  durable: boolean;
  problem: string;
  /** When the oldest batch was made; null where the spool is empty. */
  oldestMs: number | null;
  /** Batches sent more than once since the agent started. */
  retries: number;
  /** Why the oldest batch is still here, where it was sent and not taken. */
  lastError: string;
  /** Batches refused for good that are kept for a look at them. */
  setAside: number;
  /** What was dropped since the agent started. */
  drops: readonly { reason: string; rows: number }[];
}

export interface FleetNode {
  /** UUID. */
  nodeId: string;
  /** The host's own name: text, never an identifier. */
  name: string;
  state: NodeStateName;
  stateSinceMs: number | null;
  enrolledMs: number | null;
  lastSeenMs: number | null;
  /** Milliseconds between ticks at rest. */
  intervalMs: number;
  labels: Readonly<Record<string, string>>;
  platform: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
  cpuCores: number;
  memoryBytes: number;
  virtualization: string;
  model: string;
  addresses: readonly string[];
  agentVersion: string;
  simulated: boolean;
  /** `machine`, or the source that its rows came from: `push`, `import`, `extraction`, `simulation`, `smoke`. */
  kind: NodeKindWord;
  /** Id of the join token that it enrolled with last; empty for a node without an agent. */
  joinTokenId: string;
  /** Commands that the agent carries out: its allow-list. */
  commands: readonly string[];
  bootMs: number | null;
  /** Receive time minus send time. */
  skewMs: number;
  gateway: string;
  /** Why it is quarantined; empty otherwise. */
  problem: string;
  values: NodeValues | null;
  spool: NodeSpool | null;
  /** What became of its remote configuration; null before it was heard. */
  config: NodeConfig | null;
}

/** The remote configuration of an agent. */
export interface NodeConfig {
  /** In force; 0 while it runs on its own file alone. */
  version: number;
  /** `none`, `applied`, `refused` or `rolled_back`. */
  state: string;
  /** Why it was refused or rolled back, in the agent's words. */
  problem: string;
}
