// Makes the streams and buckets that core/common/streams.ts names, and brings those that are there to the policy of stream-policy.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, type NatsConnection, NatsError, type StreamConfig } from 'nats';
import { MusterError, toMusterError } from '../common/muster-error.ts';
import { PROCESSED_STREAM } from '../common/streams.ts';
import {
  DEFAULT_LIMITS,
  type PolicyDifference,
  policyDifferences,
  type StreamLimits,
  type StreamPolicy,
  streamPolicies,
} from './stream-policy.ts';

/** A stream that is not there, or not as it must be, and that a gateway can do without. */
export interface MissingStream {
  name: string;
  /** What does not work then. */
  without: string;
  error: string;
}

/** Server codes: there is no such stream; the name is taken by a stream with another configuration. */
const STREAM_NOT_FOUND = 10059;
const STREAM_NAME_IN_USE = 10058;
/** What a stream keeps from its making. One of these makes the server refuse the change of all others with it. */
const FIXED: ReadonlySet<string> = new Set([
  'storage',
  'retention',
  'mirror',
  'sealed',
  'deny_delete',
  'deny_purge',
  'persist_mode',
  'max_consumers',
]);
const WAIT_STEP_MS = 200;
const TELL_EVERY_MS = 5000;

/**
 * Makes what is missing and brings what is there to what is wanted. Harmless to call again and from several gateways at once. Without `limits` an existing
 * telemetry stream keeps its own. What could not be made of those that a gateway can do without: agents must not wait for it. Throws
 * `failed_precondition` with what to do where nats-server does not change a setting on which the promise rests.
 */
export async function ensureStreams(nc: NatsConnection, limits?: StreamLimits): Promise<MissingStream[]> {
  const manager = await nc.jetstreamManager();
  const missing: MissingStream[] = [];
  await Promise.all(
    streamPolicies(limits ?? DEFAULT_LIMITS).map(async (policy) => {
      try {
        await ensureStream(manager, limits === undefined ? withoutLimits(policy) : policy);
      } catch (error) {
        const { name, without } = policy;
        if (without === undefined) throw error;
        missing.push({ name, without, error: toMusterError(error).message });
      }
    }),
  );
  return missing;
}

/** Resolves when each of these streams is there: a gateway makes them. Calls `waiting` now and then with what is missing; throws `cancelled`. */
export async function untilStreams(
  nc: NatsConnection,
  names: readonly string[],
  waiting: (error: MusterError) => void,
  signal?: AbortSignal,
): Promise<void> {
  const manager = await nc.jetstreamManager();
  let toldMs = Date.now();
  for (;;) {
    const missing: string[] = [];
    for (const name of names) {
      if ((await manager.streams.info(name).catch(unlessCode(STREAM_NOT_FOUND))) === undefined) missing.push(name);
    }
    if (missing.length === 0) return;
    if (Date.now() - toldMs >= TELL_EVERY_MS) {
      toldMs = Date.now();
      waiting(new MusterError('unavailable', `nats-server has no stream ${missing.join(', ')} yet: a gateway makes it at its start`));
    }
    await sleep(WAIT_STEP_MS, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw new MusterError('cancelled', 'the part is stopping', error);
    });
  }
}

function withoutLimits({ name, wanted }: StreamPolicy): StreamPolicy {
  const { max_bytes: _maxBytes, metadata: _metadata, ...rest } = wanted;
  return { name, wanted: rest };
}

/** The same for one stream by its policy. */
export async function ensureStream(manager: JetStreamManager, policy: StreamPolicy): Promise<void> {
  const { name, wanted } = policy;
  const found = await manager.streams.info(name).catch(unlessCode(STREAM_NOT_FOUND));
  if (found === undefined) {
    const complete = streamPolicies(DEFAULT_LIMITS).find((one) => one.name === name);
    const added = await manager.streams
      .add({ ...complete?.wanted, ...wanted, name } as StreamConfig)
      // Another part made it between the question and this, with other limits: the update below decides.
      .catch(unlessCode(STREAM_NAME_IN_USE));
    if (added !== undefined) return;
  }
  const { config } = found ?? (await manager.streams.info(name));
  const differences = policyDifferences(config, wanted);
  if (differences.length === 0) return;
  const words = await update(manager, policy, config);
  const left = policyDifferences((await manager.streams.info(name)).config, wanted);
  if (left.length > 0) throw refusal(name, left, words);
}

/** The server's words where it refuses; whatever else keeps it from answering is thrown. */
async function update(manager: JetStreamManager, { name, wanted }: StreamPolicy, found: StreamConfig): Promise<string> {
  const replicas = Math.max(found.num_replicas, wanted.num_replicas ?? 1);
  const metadata = { ...found.metadata, ...wanted.metadata };
  try {
    await manager.streams.update(name, { ...wanted, num_replicas: replicas, metadata });
    return '';
  } catch (error) {
    if (error instanceof NatsError && error.api_error !== undefined) return error.message;
    throw error;
  }
}

/** Names what differs, and how to come to a stream as it must be. */
function refusal(name: string, left: readonly PolicyDifference[], words: string): MusterError {
  const fixed = left.filter(({ setting }) => FIXED.has(setting));
  const what = (fixed.length > 0 ? fixed : left)
    .map(({ setting, found, wanted }) => `${setting} is ${found} and must be ${wanted}`)
    .join(', ');
  const why = words === '' ? '' : ` (nats-server: ${words})`;
  return new MusterError(
    'failed_precondition',
    `the stream ${name} cannot be used as it is: ${what}, which nats-server does not change${why}; keep a copy with \`nats stream backup ${name} FOLDER\`, ` +
      `remove it with \`nats stream rm ${name}\`, and start ${name === PROCESSED_STREAM ? 'the ETL' : 'the gateway'} again`,
  );
}

function unlessCode(code: number): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof NatsError) || error.api_error?.err_code !== code) throw error;
    return undefined;
  };
}
