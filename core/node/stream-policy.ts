// How each stream and bucket must be kept by nats-server, and what differs in one that is there. Asks nobody: streams.ts does.
import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import {
  AUDIT_STREAM,
  AUDIT_SUBJECTS,
  CONFIGS_BUCKET,
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  IDEMPOTENCY_BUCKET,
  NODES_BUCKET,
  PRESENCE_BUCKET,
  PROCESSED_STREAM,
  PROCESSED_SUBJECTS,
  REMOVED_BUCKET,
  STATUS_BUCKET,
  TASKS_BUCKET,
  TELEMETRY_STREAM,
  TELEMETRY_SUBJECTS,
  TOKENS_BUCKET,
} from '../common/streams.ts';

export interface StreamLimits {
  /** What the telemetry stream may hold; beyond it publishing is refused and agents wait. */
  streamMaxBytes: number;
  /** How long what is stored is kept for a rewind. What is not stored is kept however old it is. */
  maxAgeHours: number;
}

/** A publish with an id that was seen within this time is stored once. */
export const DEDUPE_WINDOW_MS = 120_000;
export const HOUR_MS = 3_600_000;

/** How long an idempotency key is remembered from its first use on, and what all together may take. */
export const IDEMPOTENCY_KEPT_MS = HOUR_MS;
export const IDEMPOTENCY_MAX_BYTES = 256 * 1024 * 1024;

/** How long a removal can be undone. */
export const REMOVED_KEPT_MS = 24 * HOUR_MS;

export interface ProcessedLimits {
  maxBytes: number;
  maxAgeHours: number;
}

const PROCESSED_MAX_CONSUMERS = 256;
const DEAD_LETTER_MAX_BYTES = 512 * 1024 * 1024;
const DEAD_LETTER_MAX_AGE_HOURS = 30 * 24;
/** How much of the audit is kept, and how long. */
export const AUDIT_MAX_BYTES = 256 * 1024 * 1024;
export const AUDIT_KEPT_MS = 400 * 24 * HOUR_MS;

/** In the telemetry stream's metadata: how long the ETL keeps what is stored. */
const KEEP_HOURS = 'muster_keep_hours';

/** Settings that the client's types do not know yet. */
export type FullConfig = StreamConfig & { allow_msg_ttl?: boolean; persist_mode?: 'default' | 'async' };

export interface StreamPolicy {
  name: string;
  wanted: Partial<FullConfig>;
  /** Of one that a gateway can do without: what does not work then. */
  without?: string;
}

/** One setting of a stream that is not as it must be. */
export interface PolicyDifference {
  setting: string;
  found: string;
  wanted: string;
}

/** Without a limit, a header or a copy by which the server would remove or change a message that was acknowledged. */
const KEEPS_WHAT_IT_TOOK = {
  retention: RetentionPolicy.Limits,
  num_replicas: 1,
  max_msgs: -1,
  max_consumers: -1,
  max_msg_size: -1,
  no_ack: false,
  sealed: false,
  deny_purge: false,
  allow_msg_ttl: false,
  allow_direct: true,
  discard_new_per_subject: false,
  duplicate_window: nanos(DEDUPE_WINDOW_MS),
} satisfies Partial<FullConfig>;

const STREAM = {
  ...KEEPS_WHAT_IT_TOOK,
  storage: StorageType.File,
  max_msgs_per_subject: -1,
  deny_delete: false,
  allow_rollup_hdrs: false,
} satisfies Partial<FullConfig>;

/**
 * Telemetry and dead letters refuse new messages when they are full (`discard: new`): dropping old ones would drop what was acknowledged. Telemetry has no
 * age limit either, which would not ask whether a message is stored: the ETL removes what is stored and old. A full audit drops its oldest, as nothing must
 * keep what happens now from being recorded, and nobody may remove any other.
 */
export function streamPolicies(limits: StreamLimits): StreamPolicy[] {
  return [
    { name: TELEMETRY_STREAM, wanted: telemetry(limits) },
    { name: DEAD_LETTER_STREAM, wanted: DEAD_LETTERS },
    { name: AUDIT_STREAM, wanted: AUDIT },
    bucketPolicy(NODES_BUCKET, StorageType.File),
    bucketPolicy(REMOVED_BUCKET, StorageType.File, REMOVED_KEPT_MS),
    bucketPolicy(TOKENS_BUCKET, StorageType.File),
    bucketPolicy(CONFIGS_BUCKET, StorageType.File),
    bucketPolicy(IDEMPOTENCY_BUCKET, StorageType.File, IDEMPOTENCY_KEPT_MS, IDEMPOTENCY_MAX_BYTES),
    // In memory: rebuilt by whoever writes them, and a write a change must not cost a sync of the disk.
    bucketPolicy(PRESENCE_BUCKET, StorageType.Memory),
    bucketPolicy(STATUS_BUCKET, StorageType.Memory),
    { ...bucketPolicy(TASKS_BUCKET, StorageType.Memory), without: 'the history of node states is not written' },
  ];
}

export const DEFAULT_LIMITS: StreamLimits = { streamMaxBytes: 8 * 1024 ** 3, maxAgeHours: 72 };

/** How long what is stored is kept in a telemetry stream of this configuration, in ms. */
export function keepStoredMs({ metadata }: Pick<StreamConfig, 'metadata'>): number {
  const hours = Number(metadata?.[KEEP_HOURS] ?? Number.NaN);
  return (hours > 0 ? hours : DEFAULT_LIMITS.maxAgeHours) * HOUR_MS;
}

function telemetry(limits: StreamLimits): Partial<FullConfig> {
  return {
    ...STREAM,
    subjects: [TELEMETRY_SUBJECTS],
    max_bytes: limits.streamMaxBytes,
    max_age: 0,
    discard: DiscardPolicy.New,
    metadata: { [KEEP_HOURS]: String(limits.maxAgeHours) },
  };
}

const DEAD_LETTERS: Partial<FullConfig> = {
  ...STREAM,
  subjects: [DEAD_LETTER_SUBJECTS],
  max_bytes: DEAD_LETTER_MAX_BYTES,
  max_age: nanos(DEAD_LETTER_MAX_AGE_HOURS * HOUR_MS),
  discard: DiscardPolicy.New,
};

const AUDIT: Partial<FullConfig> = {
  ...STREAM,
  subjects: [AUDIT_SUBJECTS],
  max_bytes: AUDIT_MAX_BYTES,
  max_age: nanos(AUDIT_KEPT_MS),
  discard: DiscardPolicy.Old,
  deny_delete: true,
  deny_purge: true,
};

/** What was stored, for others: a copy, so that the oldest may go when it is full. Clients read it by number too (`allow_direct`). */
export function processedPolicy({ maxBytes, maxAgeHours }: ProcessedLimits): StreamPolicy {
  return {
    name: PROCESSED_STREAM,
    wanted: {
      ...STREAM,
      subjects: [PROCESSED_SUBJECTS],
      max_bytes: maxBytes,
      max_age: nanos(maxAgeHours * HOUR_MS),
      discard: DiscardPolicy.Old,
      // A login that is no part of Muster makes them.
      max_consumers: PROCESSED_MAX_CONSUMERS,
      // Synced by itself, each message of 2 kB cost a millisecond of the disk that storing needs, and 0.06 ms so (2.15.2). What a crash of
      // nats-server takes of a copy is in the database.
      persist_mode: 'async',
    },
  };
}

/** As the client library makes a bucket with one value a key. */
function bucketPolicy(bucket: string, storage: StorageType, keptMs = 0, maxBytes = -1): StreamPolicy {
  const wanted: Partial<FullConfig> = {
    ...KEEPS_WHAT_IT_TOOK,
    storage,
    subjects: [`$KV.${bucket}.>`],
    max_msgs_per_subject: 1,
    max_bytes: maxBytes,
    max_age: nanos(keptMs),
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
  };
  return { name: `KV_${bucket}`, wanted };
}

/** What an absent setting means. */
const ABSENT: Readonly<Record<string, unknown>> = {
  max_msgs: -1,
  max_consumers: -1,
  max_msg_size: -1,
  max_msgs_per_subject: -1,
  max_bytes: -1,
};

/** Each setting of `found` that is not as wanted. More replicas than wanted are welcome. */
export function policyDifferences(found: FullConfig, wanted: Partial<FullConfig>): PolicyDifference[] {
  const differences: PolicyDifference[] = [];
  const note = (setting: string, has: unknown, wants: unknown): void => {
    if (shown(has) !== shown(wants)) differences.push({ setting, found: shown(has), wanted: shown(wants) });
  };
  for (const [setting, wants] of Object.entries(wanted)) {
    const has = found[setting as keyof FullConfig];
    if (setting === 'num_replicas' && Number(has) > Number(wants)) continue;
    if (setting === 'metadata') {
      const metadata = has as Record<string, string> | undefined;
      for (const [key, value] of Object.entries(wants as Record<string, string>))
        note(`metadata.${key}`, metadata?.[key] ?? 'absent', value);
    } else {
      note(setting, orDefault(setting, has), orDefault(setting, wants));
    }
  }
  // Messages that come from, or are rewritten into, something that was never acknowledged.
  note('mirror', found.mirror?.name ?? 'none', 'none');
  note('sources', found.sources?.map(({ name }) => name).join(' ') || 'none', 'none');
  note('subject_transform', found.subject_transform?.dest ?? 'none', 'none');
  return differences;
}

/** Both 0 and -1 stand for "no limit"; an absent switch is off. */
function orDefault(setting: string, value: unknown): unknown {
  const absent = ABSENT[setting];
  if (absent !== undefined) return value === undefined || value === 0 ? absent : value;
  return value ?? (setting === 'max_age' ? 0 : false);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).sort().join(' ');
  return String(value);
}
