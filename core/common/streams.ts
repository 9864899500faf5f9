// Names on NATS that more than one part must agree on, and the shape of the streams behind them.
import { nodeToken } from './node-name.ts';

/** Envelopes on their way to the store. */
export const TELEMETRY_STREAM = 'TELEMETRY';
/** Rows and messages set aside with their reason. */
export const DEAD_LETTER_STREAM = 'DEAD_LETTERS';
/** Who did what. Written by the gateways alone; the oldest go when it is full. */
export const AUDIT_STREAM = 'AUDIT';
/** What was stored, for consumers that are no part of Muster. The ETL makes and fills it where it is told to; the oldest go when it is full. */
export const PROCESSED_STREAM = 'muster_processed';
/** The ETL's durable consumer of the telemetry stream. */
export const ETL_CONSUMER = 'etl';

/** KV bucket: node id → registry entry as JSON (the truth about a node; its history is the table `nodes`). */
export const NODES_BUCKET = 'muster_nodes';
/** KV bucket: node id → a node that was removed, for a day. */
export const REMOVED_BUCKET = 'muster_removed';
/** KV bucket: idempotency key of a push as a hash → what it was used for, and the answer; for an hour. */
export const IDEMPOTENCY_BUCKET = 'muster_idempotency';
/** KV bucket in memory: node id → `PresenceEntry` as JSON; written on change only. */
export const PRESENCE_BUCKET = 'muster_presence';
/** KV bucket: token id → token as JSON, its secret as a hash. */
export const TOKENS_BUCKET = 'muster_tokens';
/** KV bucket: profile name → configuration for agents as JSON; the key `_version` counts their versions. */
export const CONFIGS_BUCKET = 'muster_configs';
/** KV bucket in memory: task → which gateway does it for all of them, as `TaskHolder` in JSON. */
export const TASKS_BUCKET = 'muster_tasks';
/** KV bucket in memory: part name → what it says of itself as JSON (`EtlStatus` under `etl`). */
export const STATUS_BUCKET = 'muster_status';

/** Where a gateway publishes envelopes. */
export function telemetrySubject(partition: number): string {
  return `muster.telemetry.${partition}`;
}
/** All partitions. */
export const TELEMETRY_SUBJECTS = 'muster.telemetry.*';

/** Where the ETL puts what it set aside. `reason` is one of the bounded words of the ETL. */
export function deadLetterSubject(reason: string): string {
  return `muster.dead.${reason}`;
}
export const DEAD_LETTER_SUBJECTS = 'muster.dead.*';

/** Where the ETL puts the stored rows of one node and measurement. */
export function processedSubject(nodeId: string, measurement: string): string {
  return `muster.processed.${nodeToken(nodeId)}.${measurement}`;
}
export const PROCESSED_SUBJECTS = 'muster.processed.*.*';

/** Where a gateway puts a record of the audit: under the id of the node it concerns, or under `fleet`. */
export function auditSubject(nodeId: string): string {
  const token = nodeToken(nodeId);
  return `muster.audit.${/^[0-9A-Za-z=_-]+$/.test(token) ? token : 'fleet'}`;
}
export const AUDIT_SUBJECTS = 'muster.audit.*';

/** Core NATS: encoded `LiveSamples` of one node, from the gateway that holds its stream to whoever watches. */
export function liveSubject(nodeId: string): string {
  return `muster.live.${nodeToken(nodeId)}`;
}
/** Core NATS: an encoded `Heartbeat` (summary, spool, send time) of one node, to every gateway's directory. */
export function summarySubject(nodeId: string): string {
  return `muster.summary.${nodeToken(nodeId)}`;
}
export const SUMMARY_SUBJECTS = 'muster.summary.*';
/** Core NATS: an encoded `Lease` for one node, to the gateway that holds its stream. */
export function leaseSubject(nodeId: string): string {
  return `muster.lease.${nodeToken(nodeId)}`;
}
export const LEASE_SUBJECTS = 'muster.lease.*';

/** Core NATS: an encoded `Command` as a request; the gateway that holds the node's stream answers with an encoded `CommandResult`, `ok` where it was sent on. */
export function commandSubject(nodeId: string): string {
  return `muster.command.${nodeToken(nodeId)}`;
}
export const COMMAND_SUBJECTS = 'muster.command.*';
/** Core NATS: an encoded `CommandControl` for a command of this node, to the gateway that holds its stream. */
export function commandControlSubject(nodeId: string): string {
  return `muster.command-control.${nodeToken(nodeId)}`;
}
export const COMMAND_CONTROL_SUBJECTS = 'muster.command-control.*';
/** Core NATS: encoded `CommandOutput` of one run, to the gateway whose caller waits for it. */
export function commandOutputSubject(id: string): string {
  return `muster.command-output.${id}`;
}

/** What a part of Muster costs where it runs, over the time since it was last looked at. */
export interface ProcessSample {
  /** Unix µs. */
  timeUs: number;
  /** Of one core. */
  cpuPercent: number;
  rssBytes: number;
  heapUsedBytes: number;
  /** By how much a timer is late: the 99th percentile, and the worst. */
  eventLoopP99Ms: number;
  eventLoopMaxMs: number;
}

/** The stream of what was stored, as the ETL that fills it knows it. */
export interface ProcessedFigures {
  /** Messages that the stream acknowledged, and rows in them. */
  messages: number;
  rows: number;
  /** Rows that were stored and that the stream did not acknowledge: it may lack them. */
  missedRows: number;
  /** Unix ms of the last of these; absent where there are none. */
  missedMs?: number;
}

/** What the ETL says of itself under `etl` in the status bucket, at least every 5 s and on change. */
export interface EtlStatus {
  /** Unix ms of this entry. */
  timeMs: number;
  /** Rows stored since the process started. */
  rowsStored: number;
  /** Rows of the cycle stored last; absent before the first, and from an older ETL. */
  lastFlushRows?: number;
  /** Rows stored a second over the last ten. */
  rowsPerSecond: number;
  /** `created_us` of the newest batch stored. */
  newestStoredUs: number;
  /** Stream sequence up to which everything is stored. */
  storedFloor: number;
  /** Dead letters by reason since the stream began. */
  deadLetters: Record<string, number>;
  /** Tables that QuestDB suspended, with its words. */
  suspendedTables: {
    table: string;
    error: string;
    sinceMs: number;
    /** RESUMEs tried, and when the next is. */
    attempts?: number;
    nextResumeMs?: number;
  }[];
  /** What is wrong, a sentence each. */
  problems: string[];
  /** Mean of the messages stored last; absent before the first. */
  rowsPerMessage?: number;
  /** Of the store, where the ETL knows its folder. */
  disk?: { freeBytes: number; totalBytes: number };
  /** What went into the stream of what was stored, since the process started; absent where that is off. */
  processed?: ProcessedFigures;
  /** What the process itself costs. */
  process?: ProcessSample;
  /** Days and parts of one that raw rows are kept: what is older is not taken. Absent from an older ETL. */
  telemetryTtlDays?: number;
  /** Kinds of events of Muster's own parts that it stores as what they are. Absent from an ETL that knows none. */
  eventKinds?: readonly string[];
  /** Database commit mode as found: `sync` and `async` are durable with what the ETL does, `nosync` is not. */
  commitMode: string;
}

/** What a gateway says of one node in the presence bucket. */
export interface PresenceEntry {
  /** Gateway that holds the stream; empty when it ended. */
  gateway: string;
  /** Unix ms of the change. */
  sinceMs: number;
  /** Stream id, to tell a new stream of the same node from the old one. */
  session: string;
  /** Set while the node is quarantined: why. */
  problem: string;
  /** The number of the stream among those of its node, raised by compare-and-set: whoever finds a higher one has lost the node. */
  stream?: number;
  /** When the stream ended is not known: the gateway that held it died, and its next life says so as of now. */
  supposed?: boolean;
  /** Which process of an agent holds it; empty for an agent that does not say. */
  instance?: string;
  /** The processes that held it before, the newest last. */
  earlier?: string[];
  /** When one of those came back, Unix ms. */
  returnsMs?: number[];
  /** Epoch (hex) of the stream that is open, or ended last. */
  epoch?: string;
  /** Up to which number of that epoch all were acknowledged when the stream opened, and again when it ended. */
  acknowledgedSeq?: number;
}
