// What the registry (the KV bucket of nodes) holds of one node. The gateway writes it, the ETL keeps its history in a table.

/** What rows come by where no agent brings them. */
export type SourceKind = 'push' | 'import' | 'extraction' | 'smoke';

/** What is known of a machine, beyond its samples; as `muster.v1.NodeInfo`. */
export interface RegistryInfo {
  name: string;
  platform: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
  cpuCores: number;
  memoryBytes: number;
  virtualization: string;
  model: string;
  addresses: string[];
  agentVersion: string;
  labels: Record<string, string>;
  bootUs: number;
  simulated: boolean;
  commands: string[];
}

/** Which certificate of a node is the newest; written by every enrolment and renewal, so it marks a node that has an agent. */
export interface IdentityRecord {
  /** Of the newest certificate; 0 for one of a time when they had none. */
  generation: number;
  /** That certificate was seen in use: the one before it is worth nothing any more. */
  used: boolean;
  /** Certificates of a lower generation were replaced by an operator's will. */
  floor: number;
  /** SHA-256 of the public key, hex; empty where it is not known. The machine that has this key gets this node id again. */
  keyHash: string;
  /** The join token that it enrolled with last. */
  joinTokenId: string;
}

/** Two machines were seen with the identity of a node; it stands until an operator takes it back. */
export interface SharedIdentity {
  /** What people are told. */
  problem: string;
  /** No stream and no renewal until then: a certificate that must not be there any more was shown. */
  locked?: boolean;
  /** Unix ms of the first time. */
  sinceMs: number;
}

/** One value of the bucket, as JSON, under the node id. */
export interface RegistryEntry {
  /** UUID. */
  nodeId: string;
  info: RegistryInfo;
  /** Labels of the join token it enrolled with; in `info.labels` they stand over what the machine says of itself. */
  assignedLabels?: Record<string, string>;
  /** Labels that an operator set; they stand over all others. */
  operatorLabels?: Record<string, string>;
  /** Labels as the machine itself said them last. */
  reportedLabels?: Record<string, string>;
  /** Unix ms. */
  enrolledMs: number;
  /** Id of the token that made it; absent for one of a time when this was not kept. */
  createdBy?: string;
  /** By which door its rows come, where no agent brings them; absent for one of a time when this was not kept. */
  source?: SourceKind;
  /** Unix ms of the last change of this entry. */
  updatedMs: number;
  /** Milliseconds between ticks at rest. */
  intervalMs: number;
  /** Set while the node is quarantined because two machines use its identity. */
  shared?: SharedIdentity;
  /** Absent for a node that no agent speaks for, and for one that enrolled before this was kept. */
  identity?: IdentityRecord;
}
