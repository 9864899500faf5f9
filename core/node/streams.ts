// Makes the streams and buckets that core/common/streams.ts names. Every part that needs them calls it at start.
import { DiscardPolicy, type NatsConnection, NatsError, nanos, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import {
  AUDIT_STREAM,
  AUDIT_SUBJECTS,
  CONFIGS_BUCKET,
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  NODES_BUCKET,
  PRESENCE_BUCKET,
  STATUS_BUCKET,
  TELEMETRY_STREAM,
  TELEMETRY_SUBJECTS,
  TOKENS_BUCKET,
} from '../common/streams.ts';

export interface StreamLimits {
  /** What the telemetry stream may hold; beyond it publishing is refused and agents wait. */
  streamMaxBytes: number;
  /** How far back a replay may reach. */
  maxAgeHours: number;
}

/** A publish with an id that was seen within this time is stored once. */
export const DEDUPE_WINDOW_MS = 120_000;

const HOUR_MS = 3_600_000;
const DEAD_LETTER_MAX_BYTES = 512 * 1024 * 1024;
const DEAD_LETTER_MAX_AGE_HOURS = 30 * 24;
const AUDIT_MAX_BYTES = 256 * 1024 * 1024;
const AUDIT_MAX_AGE_HOURS = 400 * 24;

/** Server codes: there is no such stream; the name is taken by a stream with another configuration. */
const STREAM_NOT_FOUND = 10059;
const STREAM_NAME_IN_USE = 10058;

/**
 * Makes what is missing and brings the limits of what is there to what is asked. Harmless to call again and from several parts at
 * once. Telemetry and dead letters refuse new messages when they are full (`discard: new`): dropping old ones would drop what was
 * acknowledged. A full audit drops its oldest: nothing must keep what happens now from being recorded.
 * Without `limits` an existing telemetry stream keeps what it has (the ETL calls it so: the limits are the gateway's settings).
 */
export async function ensureStreams(nc: NatsConnection, limits?: StreamLimits): Promise<void> {
  await Promise.all([
    ensureStream(nc, telemetryStream(limits ?? DEFAULT_LIMITS), limits !== undefined),
    ensureStream(nc, DEAD_LETTERS, true),
    ensureStream(nc, AUDIT, true),
    ensureBucket(nc, NODES_BUCKET, StorageType.File),
    ensureBucket(nc, TOKENS_BUCKET, StorageType.File),
    ensureBucket(nc, CONFIGS_BUCKET, StorageType.File),
    // In memory: rebuilt by whoever writes them, and a write a change must not cost a sync of the disk.
    ensureBucket(nc, PRESENCE_BUCKET, StorageType.Memory),
    ensureBucket(nc, STATUS_BUCKET, StorageType.Memory),
  ]);
}

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'max_bytes' | 'max_age' | 'duplicate_window' | 'discard'>;

const DEFAULT_LIMITS: StreamLimits = { streamMaxBytes: 8 * 1024 ** 3, maxAgeHours: 72 };

function telemetryStream(limits: StreamLimits): Wanted {
  return {
    name: TELEMETRY_STREAM,
    subjects: [TELEMETRY_SUBJECTS],
    max_bytes: limits.streamMaxBytes,
    max_age: nanos(limits.maxAgeHours * HOUR_MS),
    duplicate_window: nanos(DEDUPE_WINDOW_MS),
    discard: DiscardPolicy.New,
  };
}

const DEAD_LETTERS: Wanted = {
  name: DEAD_LETTER_STREAM,
  subjects: [DEAD_LETTER_SUBJECTS],
  max_bytes: DEAD_LETTER_MAX_BYTES,
  max_age: nanos(DEAD_LETTER_MAX_AGE_HOURS * HOUR_MS),
  duplicate_window: nanos(DEDUPE_WINDOW_MS),
  discard: DiscardPolicy.New,
};

const AUDIT: Wanted = {
  name: AUDIT_STREAM,
  subjects: [AUDIT_SUBJECTS],
  max_bytes: AUDIT_MAX_BYTES,
  max_age: nanos(AUDIT_MAX_AGE_HOURS * HOUR_MS),
  duplicate_window: nanos(DEDUPE_WINDOW_MS),
  discard: DiscardPolicy.Old,
};

async function ensureStream(nc: NatsConnection, wanted: Wanted, update: boolean): Promise<void> {
  const manager = await nc.jetstreamManager();
  const found = await manager.streams.info(wanted.name).catch(unlessCode(STREAM_NOT_FOUND));
  if (found === undefined) {
    const added = await manager.streams
      .add({ ...wanted, retention: RetentionPolicy.Limits, storage: StorageType.File, allow_direct: true })
      // Another part made it between the question and this, with other limits: the update below decides.
      .catch(unlessCode(STREAM_NAME_IN_USE));
    if (added !== undefined) return;
  } else if (sameLimits(found.config, wanted)) {
    return;
  }
  if (update) await manager.streams.update(wanted.name, wanted);
}

function sameLimits(config: StreamConfig, wanted: Wanted): boolean {
  return config.max_bytes === wanted.max_bytes && config.max_age === wanted.max_age && config.duplicate_window === wanted.duplicate_window;
}

function unlessCode(code: number): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== code) throw error;
    return undefined;
  };
}

async function ensureBucket(nc: NatsConnection, name: string, storage: StorageType): Promise<void> {
  await nc.jetstream().views.kv(name, { history: 1, storage });
}
