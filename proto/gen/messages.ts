// Generated from proto/muster/v1/*.proto by `npm run proto`. Do not edit: change the .proto and generate again.

import type { Fields } from '../message-codec.ts';

/** google.protobuf.Timestamp as proto-loader gives it. */
export interface Timestamp {
  seconds: number;
  nanos: number;
}

/** Times of ours are after 1970, so the signed seconds read as unsigned. */
export const TIMESTAMP_FIELDS: Fields = [
  { no: 1, name: 'seconds', type: 'uint64' },
  { no: 2, name: 'nanos', type: 'uint32' },
];

/** One combination of tag values. The tag names stand once in the frame. */
export interface Series {
  /** As many values as the frame has tags, in the same order. */
  tagValues: string[];
}

/** The rows of one measurement, column-wise: names once, values packed, series in a dictionary. */
export interface Frame {
  /** The measurement, which is also the table: `cpu`. */
  measurement: string;
  /** Tag names, each at most once. */
  tags: string[];
  /** Each tag combination once. */
  series: Series[];
  /** Per row, the index of its series. As long as `time_us`. */
  seriesIndex: number[];
  /** Row times: the first absolute in Unix microseconds, then differences to the row before. */
  timeUs: number[];
  /** Names of the number columns. */
  fields: string[];
  /** Column after column: fields × rows. NaN means absent. */
  values: number[];
  /** Names of the text columns (metadata as JSON, a command line): few and rare. */
  textFields: string[];
  /** Row after row: rows × text fields. */
  texts: string[];
  /**
   * A bit for each of `texts`, the least of a byte first: 1 where the row has no such text, which is then empty in `texts`. Nothing where each row
   * has all of them.
   */
  absentTexts: Uint8Array;
}

/** Something that happened, as opposed to something that was measured. */
export interface Event {
  /** Unix microseconds. */
  timeUs: number;
  /** What happened, as a bounded word: `boot`, `collector_unavailable`, `clock_step`, `rows_dropped`. */
  kind: string;
  /** `info`, `warning` or `error`. */
  severity: string;
  /** One sentence for people. */
  text: string;
  /** Details by name. */
  attributes: Record<string, string>;
}

/** A range of batches that will never arrive, written in the transaction that removed them from the spool. */
export interface Dropped {
  /** The epoch the batches belonged to (16 bytes). */
  epoch: Uint8Array;
  /** First sequence number of the range. */
  firstSeq: number;
  /** Last sequence number of the range, inclusive. */
  lastSeq: number;
  /** Rows that were in the range. */
  rows: number;
  /** Why: `spool_limit`, `spool_corrupt`, `refused: …`. */
  reason: string;
}

/** Some frames of one node, numbered, the unit that is spooled, acknowledged and accounted for. */
export interface Batch {
  /** The life of the spool that numbered it (16 random bytes). */
  epoch: Uint8Array;
  /** Sequence number within the epoch, from 1, without holes. */
  seq: number;
  /** When the batch was made, Unix microseconds. */
  createdUs: number;
  /** The samples. */
  frames: Frame[];
  /** What happened. */
  events: Event[];
  /** What was dropped since the last batch that said so. */
  dropped: Dropped[];
}

/** One batch with what the gateway knows of it. */
export interface Delivery {
  /** From the certificate of the connection, never from the batch. */
  nodeId: string;
  /** When the gateway received it, Unix microseconds. */
  receivedUs: number;
  /** Name of the gateway. */
  gateway: string;
  /** An encoded `Batch`, exactly as the agent sent it. */
  batch: Uint8Array;
  /** Repeated outside the batch so that one that cannot be decoded still has its row in the ledger. */
  epoch: Uint8Array;
  /** Sequence number, as in the batch. */
  seq: number;
  /** Receive time minus send time by the agent's clock, microseconds: network delay plus clock skew. */
  skewUs: number;
}

/** What one JetStream message holds: the group commit of a gateway. */
export interface Envelope {
  deliveries: Delivery[];
}

/** A dozen numbers beside each batch that feed the fleet view without decoding the batch. An absent value was not measured. */
export interface Summary {
  /** When it was sampled, Unix microseconds. */
  timeUs: number;
  /** CPU in use, % of all cores. */
  cpuPercent?: number | undefined;
  /** Memory in use, %. */
  memoryPercent?: number | undefined;
  /** Swap in use, %. */
  swapPercent?: number | undefined;
  /** Load average over one minute. */
  load1?: number | undefined;
  /** The fullest filesystem, %. */
  diskPercent?: number | undefined;
  /** Mount point of the fullest filesystem. */
  diskMount: string;
  /** All disks, bytes per second. */
  diskReadBytesPerSecond?: number | undefined;
  /** All disks, bytes per second. */
  diskWriteBytesPerSecond?: number | undefined;
  /** All interfaces but loopback, bytes per second. */
  networkRxBytesPerSecond?: number | undefined;
  /** All interfaces but loopback, bytes per second. */
  networkTxBytesPerSecond?: number | undefined;
  /** The hottest sensor, °C. */
  temperatureCelsius?: number | undefined;
  /** Processes on the machine. */
  processCount?: number | undefined;
  /** Seconds since boot. */
  uptimeSeconds?: number | undefined;
  /** The highest "some" pressure of CPU, memory and I/O over 10 s, %. */
  pressurePercent?: number | undefined;
}

export const SERIES_FIELDS: Fields = [
  { no: 1, name: 'tagValues', type: 'string', repeated: true },
];

export const FRAME_FIELDS: Fields = [
  { no: 1, name: 'measurement', type: 'string' },
  { no: 2, name: 'tags', type: 'string', repeated: true },
  { no: 3, name: 'series', type: () => SERIES_FIELDS, repeated: true },
  { no: 4, name: 'seriesIndex', type: 'uint32', repeated: true },
  { no: 5, name: 'timeUs', type: 'sint64', repeated: true },
  { no: 6, name: 'fields', type: 'string', repeated: true },
  { no: 7, name: 'values', type: 'double', repeated: true },
  { no: 8, name: 'textFields', type: 'string', repeated: true },
  { no: 9, name: 'texts', type: 'string', repeated: true },
  { no: 10, name: 'absentTexts', type: 'bytes' },
];

export const SUMMARY_FIELDS: Fields = [
  { no: 1, name: 'timeUs', type: 'sint64' },
  { no: 2, name: 'cpuPercent', type: 'double', optional: true },
  { no: 3, name: 'memoryPercent', type: 'double', optional: true },
  { no: 4, name: 'swapPercent', type: 'double', optional: true },
  { no: 5, name: 'load1', type: 'double', optional: true },
  { no: 6, name: 'diskPercent', type: 'double', optional: true },
  { no: 7, name: 'diskMount', type: 'string' },
  { no: 8, name: 'diskReadBytesPerSecond', type: 'double', optional: true },
  { no: 9, name: 'diskWriteBytesPerSecond', type: 'double', optional: true },
  { no: 10, name: 'networkRxBytesPerSecond', type: 'double', optional: true },
  { no: 11, name: 'networkTxBytesPerSecond', type: 'double', optional: true },
  { no: 12, name: 'temperatureCelsius', type: 'double', optional: true },
  { no: 13, name: 'processCount', type: 'double', optional: true },
  { no: 14, name: 'uptimeSeconds', type: 'double', optional: true },
  { no: 15, name: 'pressurePercent', type: 'double', optional: true },
];

/** What is known of a machine, beyond its samples. */
export interface NodeInfo {
  /** The host's name, as data: shown as text, never used as an identifier. */
  name: string;
  /** `linux`, `darwin`, `win32`. */
  platform: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  os: string;
  /** Kernel version. */
  kernel: string;
  /** `x64`, `arm64`. */
  arch: string;
  /** CPU model. */
  cpuModel: string;
  /** Logical cores. */
  cpuCores: number;
  /** Bytes of memory. */
  memoryBytes: number;
  /** `kvm`, `docker`, … or empty on bare metal. */
  virtualization: string;
  /** Machine model, where the firmware tells. */
  model: string;
  /** IP addresses of the machine. */
  addresses: string[];
  /** Version of the agent. */
  agentVersion: string;
  /** Labels: `country`, `region`, `city`, `latitude`, `longitude` and free ones. */
  labels: Record<string, string>;
  /** When the machine booted, Unix microseconds. */
  bootUs: number;
  /** True for a simulated agent. */
  simulated: boolean;
  /** Commands this agent carries out, by name: its allow-list. */
  commands: string[];
}

export interface EnrollRequest {
  /** A join token as `muster token create --join` printed it. */
  joinToken: string;
  /**
   * PKCS #10 request in PEM, at most 16 KiB, key EC P-256/P-384 or RSA ≥ 2048. Its subject is ignored unless it is a node id that
   * the token may renew.
   */
  csrPem: string;
  /** What the machine says of itself. */
  node?: NodeInfo | null | undefined;
}

export interface EnrollResponse {
  /** The identity: a UUID, the common name of the certificate. */
  nodeId: string;
  /** The client certificate, PEM. */
  certificatePem: string;
  /** The fleet's CA, PEM. */
  caPem: string;
  /** When the certificate ends. */
  notAfter?: Timestamp | null | undefined;
}

/** Up: one message of an agent. */
export interface AgentMessage {
  hello?: Hello | null | undefined;
  batch?: BatchUpload | null | undefined;
  heartbeat?: Heartbeat | null | undefined;
  live?: LiveSamples | null | undefined;
  commandOutput?: CommandOutput | null | undefined;
  peersWish?: PeersWish | null | undefined;
}

/**
 * The first message of a stream: it names the epoch of new batches. A later one on the same stream adds an epoch that waits to be drained, or
 * goes on in one past a hole, when all before it is acknowledged; it is not answered.
 */
export interface Hello {
  /** The epoch of the spool (16 bytes). */
  epoch: Uint8Array;
  /** The oldest sequence number still in the spool; `next_seq` where it is empty. The stream's numbers start here. */
  oldestSeq: number;
  /** The number the next batch will get. */
  nextSeq: number;
  /** By the agent's clock, Unix microseconds. */
  sentUs: number;
  /** What the machine says of itself. */
  node?: NodeInfo | null | undefined;
  /** The interval between ticks at rest, milliseconds. Late and silent are told from it. */
  intervalMs: number;
  /**
   * Random, the same for all streams of one process of an agent. A process that comes back after another one of the same node has taken its
   * place shows that two machines have the identity.
   */
  instance?: string | undefined;
  /** The kernel's id of this boot; absent where it has none. */
  bootId?: string | undefined;
}

/** One batch, in order. */
export interface BatchUpload {
  /** The epoch it was numbered in. */
  epoch: Uint8Array;
  /** Its number. */
  seq: number;
  /** The encoded `Batch`; passed on as it is. */
  batch: Uint8Array;
  /** By the agent's clock, Unix microseconds, at sending. */
  sentUs: number;
  /** The newest values, for the fleet view. Absent on a backlog. */
  summary?: Summary | null | undefined;
}

/** Sent when nothing else was for a while, and with every change of the spool's state. */
export interface Heartbeat {
  /** By the agent's clock, Unix microseconds. */
  sentUs: number;
  /** State of the spool. */
  spool?: SpoolState | null | undefined;
  /** The newest values. */
  summary?: Summary | null | undefined;
  /** Which remote configuration is in force. */
  config?: ConfigState | null | undefined;
}

/** What became of the configuration a gateway sent. */
export interface ConfigState {
  /** The version in force; 0 while the agent runs on its own file alone. */
  version: number;
  /** `none`, `applied`, `refused` or `rolled_back`. */
  state: string;
  /** The version that was refused or rolled back; 0 where there is none. */
  rejectedVersion: number;
  /** Why, in the agent's own words. */
  problem: string;
}

/** What the spool holds. */
export interface SpoolState {
  /** Its epoch. */
  epoch: Uint8Array;
  /** Oldest number still held; `next_seq` where it is empty. */
  oldestSeq: number;
  /** The number the next batch will get. */
  nextSeq: number;
  /** Bytes held. */
  bytes: number;
  /** Rows held. */
  rows: number;
  /** False while the spool could not be opened and batches are kept in memory. */
  durable: boolean;
  /** Why it is not durable. */
  problem: string;
  /** When the oldest batch it holds was made, Unix microseconds; 0 where it is empty. */
  oldestUs: number;
  /** What was dropped since the agent started, by reason. */
  drops: DropCount[];
  /** Batches sent more than once since the agent started. */
  retries: number;
  /** Why the oldest batch is still here, when it was sent and not taken. */
  lastError: string;
  /** Batches refused for good that are kept for a look at them. */
  setAside: number;
}

/** Drops of one reason. */
export interface DropCount {
  /** As in `Dropped`. */
  reason: string;
  batches: number;
  rows: number;
}

/** Samples of a lease, past the spool and the store. */
export interface LiveSamples {
  /** By the agent's clock, Unix microseconds. */
  sentUs: number;
  /** The samples. */
  frames: Frame[];
}

/** Down: one message of a gateway. */
export interface GatewayMessage {
  welcome?: Welcome | null | undefined;
  ack?: Ack | null | undefined;
  refuse?: Refuse | null | undefined;
  lease?: Lease | null | undefined;
  drain?: Drain | null | undefined;
  config?: ConfigUpdate | null | undefined;
  command?: Command | null | undefined;
  commandControl?: CommandControl | null | undefined;
  peers?: Peers | null | undefined;
}

/** The answer to a hello. */
export interface Welcome {
  /** The identity the gateway sees. */
  nodeId: string;
  /** Name of the gateway. */
  gateway: string;
  /** By the gateway's clock, Unix microseconds. */
  timeUs: number;
  /** The number the gateway waits for. */
  expectedSeq: number;
  /** Largest batch it takes, bytes. */
  maxBatchBytes: number;
  /** How many batches may be unacknowledged. */
  window: number;
}

/** All batches of the epoch up to this number are durably in JetStream. */
export interface Ack {
  epoch: Uint8Array;
  seq: number;
}

/** A batch was not taken. */
export interface Refuse {
  epoch: Uint8Array;
  /** The batch refused. */
  seq: number;
  /**
   * A bounded word: `sequence_gap`, `batch_too_large`, `foreign_epoch`, `rolled_back` (numbers of this epoch were
   * used before: begin a new one), `overloaded`.
   */
  code: string;
  /** One sentence: the thing, its value, the limit. */
  reason: string;
  /** True: set it aside, never send it again. False: send again from `expected_seq`. */
  permanent: boolean;
  /** The number the gateway waits for. */
  expectedSeq: number;
}

/** Asks where the sender is and which nodes are of its mesh. A later one replaces it; it holds while the stream does. */
export interface PeersWish {
  /** The label that makes a node one of the mesh, `key=value`. Only a node that bears it itself is told of others. Empty for none. */
  label: string;
  /** How many peers at most, up to 32. */
  limit: number;
}

/**
 * The answer to a `PeersWish`, and again after each change of it: the whole list. In a mesh larger than the limit each node has the
 * peers that follow it in an order by hash, so that every node is the peer of as many others.
 */
export interface Peers {
  /** The label that was asked for. */
  label: string;
  peers: Peer[];
  /** The label `country` of the node that asked, as the gateway has it: its join token or an operator may have set it. */
  country: string;
  /** Its label `region`. */
  region: string;
}

/** One other node of a mesh. */
export interface Peer {
  nodeId: string;
  /** Where it may be reached: its label `mesh_address`, else its addresses, at most 8. */
  addresses: string[];
  /** Its label `country`. */
  country: string;
  /** Its label `region`. */
  region: string;
}

/** A time-limited wish for live samples. A later one replaces it; it ends by itself. */
export interface Lease {
  /** Measurements wanted; empty means all. */
  measurements: string[];
  /** Milliseconds between samples, from 100. */
  intervalMs: number;
  /** How long it holds, milliseconds from receipt; 0 ends it now. */
  durationMs: number;
}

/** The gateway is going away: connect again, after a random part of this time. */
export interface Drain {
  withinMs: number;
}

/** A configuration for this node. The agent validates it, applies it without a restart and keeps it; what it did is in `Heartbeat.config`. */
export interface ConfigUpdate {
  /** Higher than any before for this node; 0 takes the remote configuration away. */
  version: number;
  /** The settings as YAML: those of the agent's file that may be set from afar. */
  document: string;
}

/** One command of the agent's allow-list. */
export interface Command {
  /** Unique; names its output. */
  id: string;
  /** `process_list`, `ping`, … */
  name: string;
  /** Typed by the command; validated on the agent. */
  arguments: Record<string, string>;
  /** It is ended after this. */
  timeoutMs: number;
  /** Who asked, for the agent's log. */
  caller: string;
  /** Bytes of output that may be sent before more is granted. */
  creditBytes: number;
}

/** Goes on with a command, or ends it. */
export interface CommandControl {
  id: string;
  /** So many more bytes of output may be sent. */
  creditBytes: number;
  /** End it. */
  cancel: boolean;
}

/** Part of a command's output. */
export interface CommandOutput {
  id: string;
  /** Text, UTF-8. */
  output: Uint8Array;
  /** In the last message only. */
  result?: CommandResult | null | undefined;
}

/** How a command ended. */
export interface CommandResult {
  /** `ok`, `failed`, `refused`, `timed_out` or `cancelled`. */
  status: string;
  /** One sentence where it is not `ok`. */
  problem: string;
  /** Of the program, where one ran. */
  exitCode?: number | undefined;
  /** True where the output was cut at the command's limit. */
  truncated: boolean;
}

export const NODE_INFO_FIELDS: Fields = [
  { no: 1, name: 'name', type: 'string' },
  { no: 2, name: 'platform', type: 'string' },
  { no: 3, name: 'os', type: 'string' },
  { no: 4, name: 'kernel', type: 'string' },
  { no: 5, name: 'arch', type: 'string' },
  { no: 6, name: 'cpuModel', type: 'string' },
  { no: 7, name: 'cpuCores', type: 'uint32' },
  { no: 8, name: 'memoryBytes', type: 'uint64' },
  { no: 9, name: 'virtualization', type: 'string' },
  { no: 10, name: 'model', type: 'string' },
  { no: 11, name: 'addresses', type: 'string', repeated: true },
  { no: 12, name: 'agentVersion', type: 'string' },
  { no: 13, name: 'labels', type: 'string', map: true },
  { no: 14, name: 'bootUs', type: 'sint64' },
  { no: 15, name: 'simulated', type: 'bool' },
  { no: 16, name: 'commands', type: 'string', repeated: true },
];

export const ENROLL_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'joinToken', type: 'string' },
  { no: 2, name: 'csrPem', type: 'string' },
  { no: 3, name: 'node', type: () => NODE_INFO_FIELDS },
];

export const ENROLL_RESPONSE_FIELDS: Fields = [
  { no: 1, name: 'nodeId', type: 'string' },
  { no: 2, name: 'certificatePem', type: 'string' },
  { no: 3, name: 'caPem', type: 'string' },
  { no: 4, name: 'notAfter', type: () => TIMESTAMP_FIELDS },
];

export const AGENT_MESSAGE_FIELDS: Fields = [
  { no: 1, name: 'hello', type: () => HELLO_FIELDS, optional: true },
  { no: 2, name: 'batch', type: () => BATCH_UPLOAD_FIELDS, optional: true },
  { no: 3, name: 'heartbeat', type: () => HEARTBEAT_FIELDS, optional: true },
  { no: 4, name: 'live', type: () => LIVE_SAMPLES_FIELDS, optional: true },
  { no: 5, name: 'commandOutput', type: () => COMMAND_OUTPUT_FIELDS, optional: true },
  { no: 6, name: 'peersWish', type: () => PEERS_WISH_FIELDS, optional: true },
];

export const HELLO_FIELDS: Fields = [
  { no: 1, name: 'epoch', type: 'bytes' },
  { no: 2, name: 'oldestSeq', type: 'uint64' },
  { no: 3, name: 'nextSeq', type: 'uint64' },
  { no: 4, name: 'sentUs', type: 'sint64' },
  { no: 5, name: 'node', type: () => NODE_INFO_FIELDS },
  { no: 6, name: 'intervalMs', type: 'uint32' },
  { no: 7, name: 'instance', type: 'string', optional: true },
  { no: 8, name: 'bootId', type: 'string', optional: true },
];

export const BATCH_UPLOAD_FIELDS: Fields = [
  { no: 1, name: 'epoch', type: 'bytes' },
  { no: 2, name: 'seq', type: 'uint64' },
  { no: 3, name: 'batch', type: 'bytes' },
  { no: 4, name: 'sentUs', type: 'sint64' },
  { no: 5, name: 'summary', type: () => SUMMARY_FIELDS },
];

export const HEARTBEAT_FIELDS: Fields = [
  { no: 1, name: 'sentUs', type: 'sint64' },
  { no: 2, name: 'spool', type: () => SPOOL_STATE_FIELDS },
  { no: 3, name: 'summary', type: () => SUMMARY_FIELDS },
  { no: 4, name: 'config', type: () => CONFIG_STATE_FIELDS },
];

export const CONFIG_STATE_FIELDS: Fields = [
  { no: 1, name: 'version', type: 'uint64' },
  { no: 2, name: 'state', type: 'string' },
  { no: 3, name: 'rejectedVersion', type: 'uint64' },
  { no: 4, name: 'problem', type: 'string' },
];

export const SPOOL_STATE_FIELDS: Fields = [
  { no: 1, name: 'epoch', type: 'bytes' },
  { no: 2, name: 'oldestSeq', type: 'uint64' },
  { no: 3, name: 'nextSeq', type: 'uint64' },
  { no: 4, name: 'bytes', type: 'uint64' },
  { no: 5, name: 'rows', type: 'uint64' },
  { no: 6, name: 'durable', type: 'bool' },
  { no: 7, name: 'problem', type: 'string' },
  { no: 8, name: 'oldestUs', type: 'sint64' },
  { no: 9, name: 'drops', type: () => DROP_COUNT_FIELDS, repeated: true },
  { no: 10, name: 'retries', type: 'uint64' },
  { no: 11, name: 'lastError', type: 'string' },
  { no: 12, name: 'setAside', type: 'uint64' },
];

export const DROP_COUNT_FIELDS: Fields = [
  { no: 1, name: 'reason', type: 'string' },
  { no: 2, name: 'batches', type: 'uint64' },
  { no: 3, name: 'rows', type: 'uint64' },
];

export const LIVE_SAMPLES_FIELDS: Fields = [
  { no: 1, name: 'sentUs', type: 'sint64' },
  { no: 2, name: 'frames', type: () => FRAME_FIELDS, repeated: true },
];

export const GATEWAY_MESSAGE_FIELDS: Fields = [
  { no: 1, name: 'welcome', type: () => WELCOME_FIELDS, optional: true },
  { no: 2, name: 'ack', type: () => ACK_FIELDS, optional: true },
  { no: 3, name: 'refuse', type: () => REFUSE_FIELDS, optional: true },
  { no: 4, name: 'lease', type: () => LEASE_FIELDS, optional: true },
  { no: 5, name: 'drain', type: () => DRAIN_FIELDS, optional: true },
  { no: 6, name: 'config', type: () => CONFIG_UPDATE_FIELDS, optional: true },
  { no: 7, name: 'command', type: () => COMMAND_FIELDS, optional: true },
  { no: 8, name: 'commandControl', type: () => COMMAND_CONTROL_FIELDS, optional: true },
  { no: 9, name: 'peers', type: () => PEERS_FIELDS, optional: true },
];

export const WELCOME_FIELDS: Fields = [
  { no: 1, name: 'nodeId', type: 'string' },
  { no: 2, name: 'gateway', type: 'string' },
  { no: 3, name: 'timeUs', type: 'sint64' },
  { no: 4, name: 'expectedSeq', type: 'uint64' },
  { no: 5, name: 'maxBatchBytes', type: 'uint32' },
  { no: 6, name: 'window', type: 'uint32' },
];

export const ACK_FIELDS: Fields = [
  { no: 1, name: 'epoch', type: 'bytes' },
  { no: 2, name: 'seq', type: 'uint64' },
];

export const REFUSE_FIELDS: Fields = [
  { no: 1, name: 'epoch', type: 'bytes' },
  { no: 2, name: 'seq', type: 'uint64' },
  { no: 3, name: 'code', type: 'string' },
  { no: 4, name: 'reason', type: 'string' },
  { no: 5, name: 'permanent', type: 'bool' },
  { no: 6, name: 'expectedSeq', type: 'uint64' },
];

export const PEERS_WISH_FIELDS: Fields = [
  { no: 1, name: 'label', type: 'string' },
  { no: 2, name: 'limit', type: 'uint32' },
];

export const PEERS_FIELDS: Fields = [
  { no: 1, name: 'label', type: 'string' },
  { no: 2, name: 'peers', type: () => PEER_FIELDS, repeated: true },
  { no: 3, name: 'country', type: 'string' },
  { no: 4, name: 'region', type: 'string' },
];

export const PEER_FIELDS: Fields = [
  { no: 1, name: 'nodeId', type: 'string' },
  { no: 2, name: 'addresses', type: 'string', repeated: true },
  { no: 3, name: 'country', type: 'string' },
  { no: 4, name: 'region', type: 'string' },
];

export const LEASE_FIELDS: Fields = [
  { no: 1, name: 'measurements', type: 'string', repeated: true },
  { no: 2, name: 'intervalMs', type: 'uint32' },
  { no: 3, name: 'durationMs', type: 'uint32' },
];

export const DRAIN_FIELDS: Fields = [
  { no: 1, name: 'withinMs', type: 'uint32' },
];

export const CONFIG_UPDATE_FIELDS: Fields = [
  { no: 1, name: 'version', type: 'uint64' },
  { no: 2, name: 'document', type: 'string' },
];

export const COMMAND_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
  { no: 2, name: 'name', type: 'string' },
  { no: 3, name: 'arguments', type: 'string', map: true },
  { no: 4, name: 'timeoutMs', type: 'uint32' },
  { no: 5, name: 'caller', type: 'string' },
  { no: 6, name: 'creditBytes', type: 'uint32' },
];

export const COMMAND_CONTROL_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
  { no: 2, name: 'creditBytes', type: 'uint32' },
  { no: 3, name: 'cancel', type: 'bool' },
];

export const COMMAND_OUTPUT_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
  { no: 2, name: 'output', type: 'bytes' },
  { no: 3, name: 'result', type: () => COMMAND_RESULT_FIELDS },
];

export const COMMAND_RESULT_FIELDS: Fields = [
  { no: 1, name: 'status', type: 'string' },
  { no: 2, name: 'problem', type: 'string' },
  { no: 3, name: 'exitCode', type: 'uint32', optional: true },
  { no: 4, name: 'truncated', type: 'bool' },
];

/** Whether a node is heard. */
export type NodeState = 'NODE_STATE_UNSPECIFIED' | 'NODE_STATE_LIVE' | 'NODE_STATE_LATE' | 'NODE_STATE_SILENT' | 'NODE_STATE_NEVER_SEEN' | 'NODE_STATE_QUARANTINED' | 'NODE_STATE_IDLE';

/** What a node is: a machine with an agent, or a source that rows came from. States and counts speak of machines. */
export type NodeKind = 'NODE_KIND_UNSPECIFIED' | 'NODE_KIND_MACHINE' | 'NODE_KIND_PUSH' | 'NODE_KIND_IMPORT' | 'NODE_KIND_EXTRACTION' | 'NODE_KIND_SIMULATION' | 'NODE_KIND_SMOKE';

/** What a token is for. */
export type TokenKind = 'TOKEN_KIND_UNSPECIFIED' | 'TOKEN_KIND_JOIN' | 'TOKEN_KIND_ACCESS';

export interface Node {
  /** UUID. */
  nodeId: string;
  /** What the machine said of itself. */
  info?: NodeInfo | null | undefined;
  state: NodeState;
  /** Since when it is in this state. */
  stateSince?: Timestamp | null | undefined;
  /** When it enrolled. */
  enrolled?: Timestamp | null | undefined;
  /** When the gateway last heard of it. */
  lastSeen?: Timestamp | null | undefined;
  /** The newest values. */
  summary?: Summary | null | undefined;
  /** The state of its spool, as last reported. */
  spool?: SpoolState | null | undefined;
  /** Receive time minus send time, microseconds. */
  skewUs: number;
  /** The gateway that holds its stream; empty while it has none. */
  gateway: string;
  /** Milliseconds between ticks at rest. */
  intervalMs: number;
  /** Why it is quarantined. */
  problem: string;
  /** The remote configuration in force, as the agent reports it. */
  config?: ConfigState | null | undefined;
  kind: NodeKind;
  /** Id of the join token that it enrolled with last; empty for a node without an agent. */
  joinTokenId: string;
}

export interface ListNodesRequest {
  /** Text and `key:value` terms as in the console: `region:gh cpu>80 state:late`. Empty matches all. */
  filter: string;
}

export interface ListNodesResponse {
  nodes: Node[];
  asOf?: Timestamp | null | undefined;
}

export interface GetNodeRequest {
  /** Node id, or a name that only one node has. */
  node: string;
}

export interface WatchNodesRequest {
  /** As in ListNodes. */
  filter: string;
  /** At most one update in this time, milliseconds; default 1000, at least 100. */
  intervalMs: number;
}

export interface NodesUpdate {
  /** Nodes that are new or changed, whole. */
  nodes: Node[];
  /** Node ids that no longer match. */
  removed: string[];
  /** True in the last message of the first answer. */
  complete: boolean;
  asOf?: Timestamp | null | undefined;
}

export interface QueryRequest {
  /** One SELECT. Times as QuestDB writes them. */
  sql: string;
  /** At most this many rows; default 10,000, at most 1,000,000. */
  maxRows: number;
  /** Time limit in milliseconds; default 10,000, at most 60,000. */
  timeoutMs: number;
}

export interface QueryColumn {
  name: string;
  /** QuestDB's type, in lower case: `timestamp`, `symbol`, `double`, `long`, `varchar`. */
  type: string;
}

/** Part of an answer. The first frame has the columns; the last has the totals. */
export interface QueryFrame {
  /** In the first frame only. */
  columns: QueryColumn[];
  /** Rows in this frame. */
  rows: number;
  /** One for each column. */
  values: QueryValues[];
  /** In the last frame only. */
  totals?: QueryTotals | null | undefined;
}

/** One column of a frame. Which list is filled follows from the column's type. */
export interface QueryValues {
  /** Numbers; NaN where null. */
  numbers: number[];
  /**
   * Text and everything else, as text: a frame that has a long beyond 2^53 has all longs of that column here, as their digits; bytes are `\x` and
   * hexadecimal.
   */
  texts: string[];
  /** Times in Unix microseconds, each absolute. */
  timesUs: number[];
  /** Rows that are null in `texts` or `times_us`. */
  nulls: number[];
}

export interface QueryTotals {
  rows: number;
  /** True when the row limit cut the answer. */
  truncated: boolean;
  /** From receipt to the last row, milliseconds. */
  elapsedMs: number;
}

export interface GetSeriesRequest {
  /** Node id. */
  nodeId: string;
  measurement: string;
  /** Only series with these tags; those not named may have any value. */
  tags: Record<string, string>;
  /** Number columns; empty means all. */
  fields: string[];
  /**
   * From, inclusive, and to, exclusive; both are widened to whole steps. Unix microseconds. 0 as the end means now, 0 as the beginning an hour
   * before the end.
   */
  fromUs: number;
  toUs: number;
  /** Points of each series at most; default 500, at most 50,000. Fewer come where only a coarser tier goes back so far. */
  maxPoints: number;
}

/** Part of the answer to GetSeries. The first frame has the plan alone. */
export interface SeriesFrame {
  plan?: SeriesPlan | null | undefined;
  /** Of this series. A series of many fields comes in several frames that follow each other. */
  tags: Record<string, string>;
  /** Begin of each step that has rows, Unix microseconds, each absolute, rising. */
  timesUs: number[];
  fields: SeriesField[];
  /** Rows in each step. */
  rows: number[];
}

/** One value for each of the frame's times; NaN where there was none. */
export interface SeriesField {
  name: string;
  min: number[];
  max: number[];
  mean: number[];
  last: number[];
  /** How many rows had a value. */
  count: number[];
}

export interface SeriesPlan {
  /** `raw`, `1m` or `1h`: the coarsest that was used. */
  tier: string;
  /** Length of a step, microseconds. */
  stepUs: number;
  /** What came from where, in the order of time. */
  pieces: SeriesPiece[];
}

export interface SeriesPiece {
  tier: string;
  /** Table or view. */
  source: string;
  fromUs: number;
  toUs: number;
}

export interface WatchMetricsRequest {
  /** Node ids; at most 100. */
  nodeIds: string[];
  /** Measurements; empty means all. */
  measurements: string[];
  /** Milliseconds between samples, 100 to 10,000; default 1000. */
  intervalMs: number;
}

export interface MetricsUpdate {
  nodeId: string;
  frames: Frame[];
  /** By the agent's clock at sending, Unix microseconds. */
  sentUs: number;
}

export type ListMeasurementsRequest = Record<string, never>;

export interface ListMeasurementsResponse {
  measurements: Measurement[];
}

export interface Measurement {
  /** Table or view. */
  name: string;
  columns: MeasurementColumn[];
  /** True for a view: rows joined with names and labels of nodes, or a roll-up by minutes or hours. */
  view: boolean;
}

export interface MeasurementColumn {
  name: string;
  type: string;
  /** True for a tag, which names the series. */
  tag: boolean;
}

export interface VerifyRequest {
  /** Only the node of this id or name; empty means all. NOT_FOUND where neither the fleet nor the ledger knows it. */
  nodeId: string;
  /** How long to wait for what is in flight, milliseconds; default 10,000, at most 300,000. */
  waitMs: number;
}

export interface VerifyResponse {
  /** Batches with a row in the ledger. */
  stored: number;
  /** Batches acknowledged, and still in the stream. */
  inFlight: number;
  /** Batches still in spools, as last reported. */
  inSpools: number;
  /** Batches dropped with a known reason. */
  dropped: number;
  /** Batches acknowledged and nowhere. */
  lost: number;
  /** Rows in tables beyond what the ledger counts. */
  doubled: number;
  /** Rows the ledger counts as stored. */
  ledgerRows: number;
  /** Rows counted in the tables. */
  tableRows: number;
  /** Rows set aside as dead letters. */
  badRows: number;
  /** Nodes looked at: machines, sources, and those that are not in the fleet, as what was removed and Muster's own parts. */
  nodes: number;
  /** Each hole, named. */
  holes: LedgerHole[];
  asOf?: Timestamp | null | undefined;
  /** Rows the ledger counts that no table has. */
  missingRows: number;
  /** Dropped batches by reason. */
  droppedByReason: Record<string, number>;
  /** Of the nodes, the fleet's machines, and its sources (pushed, imported, extracted, simulated). Absent from a gateway of an earlier version. */
  machines?: number | undefined;
  sources?: number | undefined;
  /** Batches that nothing accounts for yet, while a batch on its way may still say that they were dropped. Absent from a gateway of an earlier version. */
  undecided?: number | undefined;
  /** Rows are compared of batches made from then on, as older ones leave the tables or the ledger; absent where all are. */
  rowsSince?: Timestamp | null | undefined;
  /**
   * Rows of the ledger since then of which nobody looked whether tables lack them: those that came by a door (push, import, Prometheus, restored,
   * replayed) while tables keep rows for less time than the ledger. Absent from a gateway of an earlier version.
   */
  uncomparedRows?: number | undefined;
}

export interface LedgerHole {
  nodeId: string;
  /** Hexadecimal. */
  epoch: string;
  firstSeq: number;
  lastSeq: number;
  /** What is known of it. */
  reason: string;
}

export type GetPipelineStatusRequest = Record<string, never>;

export interface PipelineStatus {
  /** Rows stored a second, over the last ten; absent while the ETL does not report. */
  rowsPerSecond?: number | undefined;
  /** Messages in the stream that the ETL has not acknowledged. */
  pendingMessages: number;
  /** Bytes the stream holds. */
  streamBytes: number;
  /** Bytes it may hold. */
  streamMaxBytes: number;
  /** Seconds that the oldest pending message has waited; 0 when all is stored, absent where the stream does not tell. */
  lagSeconds?: number | undefined;
  /** Dead letters by reason. */
  deadLetters: Record<string, number>;
  suspendedTables: SuspendedTable[];
  /** Agents with an open stream, of machines and simulations. */
  connectedAgents: number;
  /**
   * Of the numbers that the batches stored in the last hour span, of machines and sources alike, the share that is in the ledger, %. What has not
   * come yet is not counted. Absent where the ledger was never read, and where it has no batch of that hour: not known.
   */
  completenessPercent?: number | undefined;
  asOf?: Timestamp | null | undefined;
  /** True when an acknowledgement means "on disk". */
  durable: boolean;
  /** What is wrong, a sentence each; empty when all is well. */
  problems: string[];
  /**
   * Rows in the pending messages, by the mean of those stored last: an estimate, as only the ETL decodes them; 0 when nothing is pending,
   * absent while the ETL has stored none since its start.
   */
  lagRows?: number | undefined;
  /** Since the oldest message came that the ETL has not acknowledged; 0 when all is stored, absent where the stream does not tell. */
  oldestPendingSeconds?: number | undefined;
  /** Left on the disk of the store, and its size; both absent where the ETL was not told which folder that is. */
  diskFreeBytes?: number | undefined;
  diskBytes?: number | undefined;
  /** Each hop by itself, over up to the last ten seconds; absent where it is not known yet. Batches that agents numbered, as they reported it. */
  batchesMadePerSecond?: number | undefined;
  /** Messages that gateways put into the stream. */
  messagesInPerSecond?: number | undefined;
  /** Messages that the ETL took from it. */
  messagesOutPerSecond?: number | undefined;
  /** When the completeness was read; absent where the ledger could not be. */
  completenessAsOf?: Timestamp | null | undefined;
  /** When the ETL reported last; absent where it never did. What it says of rows, tables and disk is as of then. */
  etlAsOf?: Timestamp | null | undefined;
  /** Of connected_agents, those of machines; the others are simulations. Absent from a gateway of an earlier version. */
  connectedMachines?: number | undefined;
  /** The stream of what was stored, as the ETL said of it last; absent where that is off, and from an earlier version. */
  processed?: ProcessedStream | null | undefined;
  /** Of the gateway that answers; empty from an earlier version. */
  gatewayVersion: string;
}

/** JetStream stream for consumers that are no part of Muster. All counts are since the ETL started. */
export interface ProcessedStream {
  /** Messages that the stream acknowledged, and rows in them. */
  messages: number;
  rows: number;
  /** Rows that were stored and that the stream did not acknowledge: it may lack them. */
  missedRows: number;
  /** When the last of these were stored; absent where there are none. */
  missed?: Timestamp | null | undefined;
}

export interface SuspendedTable {
  table: string;
  /** The database's words. */
  error: string;
  since?: Timestamp | null | undefined;
  /** How often RESUME was tried, and when it is tried next. */
  resumeAttempts: number;
  nextResume?: Timestamp | null | undefined;
}

export interface ListDeadLettersRequest {
  /** At most this many; default 100. */
  limit: number;
  /** Only this reason; empty means all. */
  reason: string;
  /** Only those with a smaller id, to read on where a page ended; 0 begins with the newest. */
  beforeId: number;
}

export interface ListDeadLettersResponse {
  deadLetters: DeadLetter[];
  /** All, by reason. */
  byReason: Record<string, number>;
  /** `before_id` of the next page; 0 where this was the last. A page may be empty and not the last. */
  nextBeforeId: number;
}

export interface DeadLetter {
  /** Sequence number in the dead letter stream. */
  id: number;
  time?: Timestamp | null | undefined;
  nodeId: string;
  /** A bounded word. */
  reason: string;
  /** One sentence. */
  detail: string;
  measurement: string;
  /** The row as JSON, where it could be decoded. */
  row: string;
  /** The bytes, where it could not. */
  raw: Uint8Array;
  /** Earlier lives of it: what it was set aside for before it was replayed, oldest first. */
  history: DeadLetterLife[];
  /** Of the batch it came in, hexadecimal. */
  epoch: string;
  seq: number;
  /** What of `raw` can be read, as JSON: batches with their numbers, frames and first rows, and why the rest cannot. Of GetDeadLetter only. */
  decoded: string;
  /** Columns of `row` that are tags, and those that are text fields; the others are numbers. */
  tags: string[];
  textFields: string[];
}

/** One time that something was set aside. */
export interface DeadLetterLife {
  id: number;
  time?: Timestamp | null | undefined;
  reason: string;
  detail: string;
}

export interface GetDeadLetterRequest {
  id: number;
}

export interface ReplayDeadLettersRequest {
  /** Exactly one choice, or INVALID_ARGUMENT: these letters, at most 10,000; or `reason` with `up_to_id`. */
  ids: number[];
  /** The letters of this reason up to `up_to_id`; the oldest 10,000 of them. */
  reason: string;
  /**
   * The row to send instead, as JSON: all of it, with `timestamp` in microseconds or as ISO 8601. A new column is a field where it is a number and a
   * tag where it is a text. For a single letter of a row only.
   */
  editedRow: string;
  /** The measurement to send it to instead; for a single letter of a row only. */
  measurement: string;
  /** With `reason`: the newest letter that the caller has seen. Those that came later stay. */
  upToId: number;
}

export interface ReplayDeadLettersResponse {
  /** Rows and batches durably in the stream again; their letters are gone. */
  replayed: number;
  /** Letters that cannot be replayed, and why, a sentence each. */
  problems: string[];
}

export interface DiscardDeadLettersRequest {
  /** Exactly one choice, or INVALID_ARGUMENT: these letters, at most 10,000; or `reason` with `up_to_id`. */
  ids: number[];
  /** All letters of this reason up to `up_to_id`. */
  reason: string;
  /** With `reason`: the newest letter that the caller has seen. Those that came later stay. */
  upToId: number;
}

export interface DiscardDeadLettersResponse {
  discarded: number;
}

export interface CreateTokenRequest {
  kind: TokenKind;
  /** What people call it. */
  name: string;
  /** For access tokens: `read`, `write`, `push`, `admin`. */
  scopes: string[];
  /** Seconds it is valid; 0 means 24 h for a join token and no end for an access token. */
  validSeconds: number;
  /** How often a join token may be used; 0 means 1. */
  uses: number;
  /**
   * Labels that a machine enrolled with it gets, or that the nodes have which an access token writes for. An access token with labels has the scope
   * `push` alone.
   */
  labels: Record<string, string>;
}

export interface CreateTokenResponse {
  token?: Token | null | undefined;
  /** Shown this once, stored as a hash. */
  secret: string;
}

export interface GetJoinInfoRequest {
  /** host or host:port to use in the lines, as the machines reach the gateway; empty for the first of its addresses. */
  address: string;
}

export interface JoinInfo {
  /** host:port where other machines reach the gateway; empty where only this machine does. */
  addresses: string[];
  /** SHA-256 of the file with the certificate of the fleet's CA, hex, as `sha256sum ca/fleet-ca.crt` prints it. */
  caSha256: string;
  programs: JoinProgram[];
  lines: JoinLine[];
  /** Why another machine cannot join now, and what to do; empty where it can. */
  problem: string;
  /** Where the file with the certificate of the CA is to be had, by HTTPS. */
  caUrl: string;
}

/** An agent that the gateway gives away. */
export interface JoinProgram {
  /** `linux-x64`, `linux-arm64`; `node` for the one file that Node 24 runs everywhere. */
  target: string;
  sha256: string;
  bytes: number;
}

export interface JoinLine {
  /** `linux`, `container`, `macos`, `windows`. */
  system: string;
  /** To paste on the machine. The secret of a join token takes the place of `TOKEN_HERE` in it. */
  text: string;
  /** What the machine needs, in a sentence; empty where nothing but what the line calls. */
  needs: string;
}

export interface Token {
  id: string;
  kind: TokenKind;
  name: string;
  scopes: string[];
  created?: Timestamp | null | undefined;
  expires?: Timestamp | null | undefined;
  /** Uses left of a join token. */
  usesLeft: number;
  revoked: boolean;
}

export type ListTokensRequest = Record<string, never>;

export interface ListTokensResponse {
  tokens: Token[];
}

export interface RevokeTokenRequest {
  id: string;
}

export type RevokeTokenResponse = Record<string, never>;

export interface RunCommandRequest {
  /** Node id, or a name that only one node has. */
  node: string;
  /** One of `NodeInfo.commands`. */
  command: string;
  /** Arguments by name; the agent refuses what it does not know. */
  arguments: Record<string, string>;
  /** Default 30,000, at most 300,000. */
  timeoutMs: number;
}

export interface CommandUpdate {
  /** Names the run in the audit. */
  commandId: string;
  /** Text, UTF-8. */
  output: Uint8Array;
  /** In the last message only. */
  result?: CommandResult | null | undefined;
}

export interface SetNodeLabelsRequest {
  /** Node id, or a name that only one node has. */
  node: string;
  /** Labels to set. */
  set: Record<string, string>;
  /** Labels to take away; one that the agent itself brings comes back as the agent has it. */
  remove: string[];
  /**
   * All labels as the caller saw them. Where one that is set or removed here is another by now, nothing changes: FAILED_PRECONDITION names it.
   * Left out, nothing is compared.
   */
  seen?: SeenLabels | null | undefined;
}

export interface SeenLabels {
  labels: Record<string, string>;
}

export interface RemoveNodeRequest {
  /** Node id, or a name that only one node has. */
  node: string;
}

export type RemoveNodeResponse = Record<string, never>;

export interface RemoveNodesRequest {
  /** As in ListNodes; not empty. */
  filter: string;
  /** Only count and name what matches; remove nothing. */
  dryRun: boolean;
  /** How many are expected to match, from a dry run: where others match now, nothing is removed (FAILED_PRECONDITION). 0 takes what there is. */
  expected: number;
  /**
   * Ids of the nodes that are expected to match, from a dry run: where the set that matches now is another, nothing is removed
   * (FAILED_PRECONDITION). Empty compares none.
   */
  nodeIds: string[];
}

export interface RemoveNodesResponse {
  nodes: RemovedNode[];
}

export interface RemovedNode {
  nodeId: string;
  name: string;
  kind: NodeKind;
  /** Absent in a dry run. */
  removed?: Timestamp | null | undefined;
  /** Until when it can be brought back. */
  restorableUntil?: Timestamp | null | undefined;
}

export interface ListRemovedNodesRequest {
  /** Of these node ids, at most 10,000, the answer names those that are removed, however long ago. */
  nodeIds: string[];
}

export interface ListRemovedNodesResponse {
  nodes: RemovedNode[];
  /** Of the node ids of the request, those that are removed. */
  removedIds: string[];
}

export interface RestoreNodesRequest {
  /** Node ids, or names. */
  nodes: string[];
  /** All that were removed within the last 24 h. */
  all: boolean;
}

export interface RestoreNodesResponse {
  nodes: RemovedNode[];
}

export interface ReleaseNodeRequest {
  /** Node id, or a name that only one node has. */
  node: string;
}

export interface PutConfigRequest {
  /** What people call it: lower-case words with dashes. */
  name: string;
  /** The agent's settings as YAML. */
  document: string;
  /** Nodes it is for, as in ListNodes; empty means all. A node that several match gets the first by name. */
  filter: string;
  /** Share of these nodes that get it now, %; 0 means 100. The same nodes stay in when it grows. */
  sharePercent: number;
  /** Checks it and stores nothing. */
  validateOnly: boolean;
}

/** One stored configuration. */
export interface ConfigProfile {
  name: string;
  /** Grows with each change of any configuration. */
  version: number;
  document: string;
  filter: string;
  sharePercent: number;
  changed?: Timestamp | null | undefined;
  /** Nodes with an agent, machines and simulations, that match and are within the share. A source takes no configuration. */
  nodes: number;
  /** Of them, those that run this version. */
  applied: number;
  /** Of them, those that refused it. */
  refused: number;
  /** Of them, those that took it back after they lost the gateway. */
  rolledBack: number;
  /** The words of the newest refusals, a sentence each with the node's name; at most 10. */
  problems: string[];
  /** Of the nodes, those that are simulations. */
  simulations: number;
}

export type ListConfigsRequest = Record<string, never>;

export interface ListConfigsResponse {
  configs: ConfigProfile[];
}

export interface DeleteConfigRequest {
  name: string;
}

export type DeleteConfigResponse = Record<string, never>;

export interface ListAuditRequest {
  /** At most this many; default 100, at most 10,000. */
  limit: number;
  /** Only what concerns this node id. */
  nodeId: string;
}

export interface ListAuditResponse {
  records: AuditRecord[];
}

export type VerifyAuditRequest = Record<string, never>;

export interface VerifyAuditResponse {
  /** `whole`, `broken`, or `unknown` where something could not be told; `problems` says what. */
  verdict: string;
  /** Records that were read. */
  records: number;
  /** Each start of a gateway begins a chain of records. */
  chains: number;
  /** Records of an older version, which made no chain. */
  unchained: number;
  /** The first record in the stream that is altered or follows a missing one; 0 where none is. */
  brokenAt: number;
  /** One sentence each. */
  problems: string[];
  oldest?: Timestamp | null | undefined;
  newest?: Timestamp | null | undefined;
  /** How the records before the oldest one left: by age or by size. Empty where none did, and where `problems` says it. */
  beginning: string;
}

/** One action that changed something, or tried to. */
export interface AuditRecord {
  time?: Timestamp | null | undefined;
  /** The token's name. */
  caller: string;
  /** `command`, `config`, `labels`, `token`, `enrolment`, `node`. */
  kind: string;
  /** One sentence. */
  text: string;
  nodeId: string;
  /** How it ended: `ok`, `refused`, `failed`; `begun` where a later record tells. */
  outcome: string;
  /** Details by name. */
  attributes: Record<string, string>;
}

/** One batch of the bulk door. */
export interface UploadMessage {
  /** 1 to 64 letters, digits, dashes or underscores. */
  nodeId: string;
  /** 16 bytes: `impt`, `rstr` or `prom`, then twelve that follow from the content and the options, so that the same file twice has the same numbers. */
  epoch: Uint8Array;
  /** From 1, without holes, for each node and epoch. */
  seq: number;
  /** The encoded `Batch`, at most 512 KiB. */
  batch: Uint8Array;
  /** Labels of the node, in its first message only. */
  labels: Record<string, string>;
}

/** All messages of the stream up to this one are durably stored, or refused. */
export interface UploadAck {
  /** Counts the stream's messages from 1. */
  messages: number;
  /** Set where this one message was not taken: why. */
  refused: string;
}

/** How columns become samples. What is left empty is guessed from the file. */
export interface ImportMapping {
  /** Column with the time. */
  timeColumn: string;
  /** `iso`, `s`, `ms`, `us`, `ns`, or a pattern such as `DD.MM.YYYY HH:mm:ss`. */
  timeFormat: string;
  /** Zone of times without one: `UTC`, `+01:00`, `Africa/Accra`. */
  timeZone: string;
  /** Column that names the node; or `node` names one for all rows. */
  nodeColumn: string;
  node: string;
  /** Columns that name the series; empty means all texts with few different values. */
  tags: string[];
  /** Columns to take as numbers; empty means all that are. */
  fields: string[];
  /** Table. */
  measurement: string;
  /** Columns to store as texts; empty means all texts that name no series. */
  texts: string[];
  /** Names in the store by header; what is not named is called by its header. */
  renames: Record<string, string>;
}

export interface StartImportRequest {
  /** Name of a file in the import folder. */
  file: string;
  mapping?: ImportMapping | null | undefined;
  /** Moves all times so that the newest is now. */
  shiftToNow: boolean;
  /** Only the newest part of the recording, seconds; 0 takes all. */
  windowSeconds: number;
  /** Pauses after each window of this length, until RunWindow; 0 runs to the end. */
  stepSeconds: number;
  /** Replays at so many times real time; 0 is as fast as it goes. */
  speed: number;
  /** Rows of a node at most; 0 takes all. */
  maxRowsPerNode: number;
  /** How a CSV file is written; what is left empty is guessed. */
  csv?: CsvReading | null | undefined;
}

/** How a CSV file is written. */
export interface CsvReading {
  /** One ASCII character. */
  delimiter: string;
  /** Numbers are written 12,5 and a point separates thousands. */
  decimalComma: boolean;
  /** Rows before the header; 0 leaves out what is recognised as such. */
  skipRows: number;
  /** Such as `utf-8`, `windows-1252` or `shift_jis`. */
  encoding: string;
}

export interface RunWindowRequest {
  id: string;
}

export interface FlushImportRequest {
  id: string;
}

export interface GetImportRequest {
  id: string;
}

export interface CancelImportRequest {
  id: string;
}

export type ListImportsRequest = Record<string, never>;

export interface ListImportsResponse {
  jobs: ImportJob[];
}

/** How far an import is. */
export interface ImportJob {
  id: string;
  file: string;
  /** `running`, `paused`, `done`, `failed` or `cancelled`. It is done when the ledger has its rows. A job that is paused for 15 minutes is cancelled. */
  state: string;
  /** One sentence where it failed, with the row number. */
  problem: string;
  /** The mapping in use, guesses filled in. */
  mapping?: ImportMapping | null | undefined;
  /** Of the file. */
  bytes: number;
  bytesRead: number;
  rowsRead: number;
  /** Rows whose values are in the tables, by the ledger. */
  rowsStored: number;
  /** Rows that were not acceptable, and the first of them. */
  rowsRefused: number;
  firstRefusal: string;
  started?: Timestamp | null | undefined;
  ended?: Timestamp | null | undefined;
  /** What the names, cells and columns of the file came to, one sentence each: columns that are left out among them. */
  notes: string[];
  /** Rows durably in the stream: they are in the tables, or set aside, once the ledger has them. */
  rowsAccepted: number;
  /** What the ledger says of them so far. */
  account?: ImportAccount | null | undefined;
  /** True where the ledger has every batch of the job. */
  accounted: boolean;
  /** What became of the rows, one sentence each: how many are stored, replaced by others of the same time, node and tags, set aside and why, refused. */
  outcome: string[];
  /** Why this answer came before what the call waits for; empty where it did not. The job goes on, and GetImport tells of it. */
  incomplete: string;
}

export interface CheckImportRequest {
  measurement: string;
  tags: string[];
  fields: string[];
  texts: string[];
}

export interface ImportCheck {
  /** Days that the store keeps rows, rounded up: older ones are not taken. */
  ttlDays: number;
  /** Why rows with these columns would be set aside, one sentence each. */
  problems: string[];
  /** The same time in hours; 0 from an earlier version. */
  ttlHours: number;
}

export interface GetImportAccountRequest {
  /** 16 bytes each, at most 1000. */
  epochs: Uint8Array[];
  /**
   * Where rows replaced others that were stored before: the table, and the times of all rows, Unix µs. With them the answer tells whether the table has
   * other rows there than those of the epochs.
   */
  measurement: string;
  firstUs: number;
  lastUs: number;
}

/** The sum of the ledger over some epochs. */
export interface ImportAccount {
  /** Batches in the ledger. */
  batches: number;
  /** Their rows. */
  rows: number;
  /** Rows that were set aside; they are dead letters. */
  badRows: number;
  /** Rows with the time, node and tags of another row of their batch: they became one row. */
  mergedRows: number;
  /** Rows with the time, node and tags of a row of another batch. */
  metRows: number;
  /** Of the merged ones, those that had other values than the row that replaced them. */
  replacedRows: number;
  /** Rows that replaced a value that was stored before. */
  overwrittenRows: number;
  /** Why rows were set aside. */
  setAside: RowsSetAside[];
  /** Rows that the table has between the times asked for; absent where it was not asked, or made no difference. */
  tableRows?: number | undefined;
  /** What could not be read in time, one sentence: the numbers above are right, and this is left out of them. Empty where nothing is. */
  incomplete: string;
}

export interface RowsSetAside {
  /** A bounded word, as of dead letters. */
  reason: string;
  rows: number;
  /** One sentence about the first of them. */
  detail: string;
}

export const UPLOAD_MESSAGE_FIELDS: Fields = [
  { no: 1, name: 'nodeId', type: 'string' },
  { no: 2, name: 'epoch', type: 'bytes' },
  { no: 3, name: 'seq', type: 'uint64' },
  { no: 4, name: 'batch', type: 'bytes' },
  { no: 5, name: 'labels', type: 'string', map: true },
];

export const UPLOAD_ACK_FIELDS: Fields = [
  { no: 1, name: 'messages', type: 'uint64' },
  { no: 2, name: 'refused', type: 'string' },
];

export const IMPORT_MAPPING_FIELDS: Fields = [
  { no: 1, name: 'timeColumn', type: 'string' },
  { no: 2, name: 'timeFormat', type: 'string' },
  { no: 3, name: 'timeZone', type: 'string' },
  { no: 4, name: 'nodeColumn', type: 'string' },
  { no: 5, name: 'node', type: 'string' },
  { no: 6, name: 'tags', type: 'string', repeated: true },
  { no: 7, name: 'fields', type: 'string', repeated: true },
  { no: 8, name: 'measurement', type: 'string' },
  { no: 9, name: 'texts', type: 'string', repeated: true },
  { no: 10, name: 'renames', type: 'string', map: true },
];

export const START_IMPORT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'file', type: 'string' },
  { no: 2, name: 'mapping', type: () => IMPORT_MAPPING_FIELDS },
  { no: 3, name: 'shiftToNow', type: 'bool' },
  { no: 4, name: 'windowSeconds', type: 'uint64' },
  { no: 5, name: 'stepSeconds', type: 'uint64' },
  { no: 6, name: 'speed', type: 'double' },
  { no: 7, name: 'maxRowsPerNode', type: 'uint64' },
  { no: 8, name: 'csv', type: () => CSV_READING_FIELDS },
];

export const CSV_READING_FIELDS: Fields = [
  { no: 1, name: 'delimiter', type: 'string' },
  { no: 2, name: 'decimalComma', type: 'bool' },
  { no: 3, name: 'skipRows', type: 'uint64' },
  { no: 4, name: 'encoding', type: 'string' },
];

export const RUN_WINDOW_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
];

export const FLUSH_IMPORT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
];

export const GET_IMPORT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
];

export const CANCEL_IMPORT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
];

export const LIST_IMPORTS_REQUEST_FIELDS: Fields = [
];

export const LIST_IMPORTS_RESPONSE_FIELDS: Fields = [
  { no: 1, name: 'jobs', type: () => IMPORT_JOB_FIELDS, repeated: true },
];

export const IMPORT_JOB_FIELDS: Fields = [
  { no: 1, name: 'id', type: 'string' },
  { no: 2, name: 'file', type: 'string' },
  { no: 3, name: 'state', type: 'string' },
  { no: 4, name: 'problem', type: 'string' },
  { no: 5, name: 'mapping', type: () => IMPORT_MAPPING_FIELDS },
  { no: 6, name: 'bytes', type: 'uint64' },
  { no: 7, name: 'bytesRead', type: 'uint64' },
  { no: 8, name: 'rowsRead', type: 'uint64' },
  { no: 9, name: 'rowsStored', type: 'uint64' },
  { no: 10, name: 'rowsRefused', type: 'uint64' },
  { no: 11, name: 'firstRefusal', type: 'string' },
  { no: 12, name: 'started', type: () => TIMESTAMP_FIELDS },
  { no: 13, name: 'ended', type: () => TIMESTAMP_FIELDS },
  { no: 20, name: 'notes', type: 'string', repeated: true },
  { no: 21, name: 'rowsAccepted', type: 'uint64' },
  { no: 22, name: 'account', type: () => IMPORT_ACCOUNT_FIELDS },
  { no: 23, name: 'accounted', type: 'bool' },
  { no: 24, name: 'outcome', type: 'string', repeated: true },
  { no: 25, name: 'incomplete', type: 'string' },
];

export const CHECK_IMPORT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'measurement', type: 'string' },
  { no: 2, name: 'tags', type: 'string', repeated: true },
  { no: 3, name: 'fields', type: 'string', repeated: true },
  { no: 4, name: 'texts', type: 'string', repeated: true },
];

export const IMPORT_CHECK_FIELDS: Fields = [
  { no: 1, name: 'ttlDays', type: 'uint64' },
  { no: 2, name: 'problems', type: 'string', repeated: true },
  { no: 3, name: 'ttlHours', type: 'uint32' },
];

export const GET_IMPORT_ACCOUNT_REQUEST_FIELDS: Fields = [
  { no: 1, name: 'epochs', type: 'bytes', repeated: true },
  { no: 2, name: 'measurement', type: 'string' },
  { no: 3, name: 'firstUs', type: 'uint64' },
  { no: 4, name: 'lastUs', type: 'uint64' },
];

export const IMPORT_ACCOUNT_FIELDS: Fields = [
  { no: 1, name: 'batches', type: 'uint64' },
  { no: 2, name: 'rows', type: 'uint64' },
  { no: 3, name: 'badRows', type: 'uint64' },
  { no: 4, name: 'mergedRows', type: 'uint64' },
  { no: 5, name: 'metRows', type: 'uint64' },
  { no: 6, name: 'replacedRows', type: 'uint64' },
  { no: 7, name: 'overwrittenRows', type: 'uint64' },
  { no: 8, name: 'setAside', type: () => ROWS_SET_ASIDE_FIELDS, repeated: true },
  { no: 9, name: 'tableRows', type: 'uint64', optional: true },
  { no: 10, name: 'incomplete', type: 'string' },
];

export const ROWS_SET_ASIDE_FIELDS: Fields = [
  { no: 1, name: 'reason', type: 'string' },
  { no: 2, name: 'rows', type: 'uint64' },
  { no: 3, name: 'detail', type: 'string' },
];
