// How the path is: what the ETL says of itself, what the stream holds, how complete the ledger is.
import { type ConsumerInfo, type JetStreamManager, type NatsConnection, NatsError, type StreamConfig } from 'nats';
import { messageOf } from '../../../core/common/muster-error.ts';
import { isMachine } from '../../../core/common/node-kind.ts';
import { ETL_CONSUMER, type EtlStatus, type ProcessedFigures, TELEMETRY_STREAM } from '../../../core/common/streams.ts';
import { VERSION } from '../../../core/common/version.ts';
import { DEFAULT_LIMITS, policyDifferences, streamPolicies } from '../../../core/node/stream-policy.ts';
import type { PipelineStatus, ProcessedStream } from '../../../proto/gen/messages.ts';
import type { DeadLetterStore } from '../dead-letters/dead-letter-store.ts';
import type { Directory } from '../directory/directory.ts';
import { toTimestamp } from '../directory/node-record.ts';
import { readEtlStatus } from '../ledger/etl-status.ts';
import type { ReadDatabase } from '../query/read-database.ts';
import { PathRates } from './path-rates.ts';
import { payloadProblems } from './payload-problems.ts';
import { ageProblems } from './stream-age.ts';

export interface PipelineReaderOptions {
  connection: NatsConnection;
  database: ReadDatabase;
  directory: Directory;
  deadLetters: Pick<DeadLetterStore, 'countByReason'>;
  /** Whether JetStream's acknowledgement means "on disk"; undefined where that is not known. */
  natsDurable: () => boolean | undefined;
  /** What else is wrong with the path, a sentence each. */
  otherProblems: () => string[];
  now: () => number;
}

/** The ETL reports at least every 5 s. */
const ETL_SILENT_MS = 15_000;
const FULL_SHARE = 0.9;
const CONSUMER_NOT_FOUND = 10014;
const NO_MESSAGE = 10037;
const COMPLETENESS_KEPT_MS = 10_000;
/**
 * Of machines and sources alike, as a row that is missing is missed whoever sent it. Numbers of the last hour that have a ledger row, and the span they cover. Not the last seconds, whose batches may still be stored out
 * of order; what has not come at all yet is "on its way" and in neither sum.
 */
const COMPLETENESS = `select sum(stored), sum(span) from (select node_id, epoch, count_distinct(seq) stored, max(seq) - min(seq) + 1 span
  from deliveries where timestamp > dateadd('h', -1, now()) and timestamp < dateadd('s', -15, now()))`;

export class PipelineReader {
  readonly #options: PipelineReaderOptions;
  readonly #rates = new PathRates();
  #completeness: { atMs: number; percent: number | undefined } | undefined;

  constructor(options: PipelineReaderOptions) {
    this.#options = options;
  }

  async read(): Promise<PipelineStatus> {
    const { connection, deadLetters, directory, now, natsDurable, otherProblems } = this.#options;
    const manager = await connection.jetstreamManager();
    const problems: string[] = [];
    const [stream, consumer, etl, byReason, completeness] = await Promise.all([
      manager.streams.info(TELEMETRY_STREAM),
      consumerInfo(manager),
      readEtlStatus(connection),
      deadLetters.countByReason(),
      this.#completenessPercent(problems),
    ]);
    const pending = consumer === undefined ? stream.state.messages : consumer.num_pending + consumer.num_ack_pending;
    const full = stream.state.bytes / stream.config.max_bytes;
    if (full >= FULL_SHARE) problems.push(`the telemetry stream is ${Math.round(full * 100)} % full: agents wait when it is full`);
    problems.push(...etlProblems(etl, now()), ...durabilityProblems(natsDurable()), ...payloadProblems(connection.info?.max_payload));
    problems.push(...otherProblems());
    const oldestMs = pending === 0 ? 0 : await oldestUnstoredMs(manager, consumer, stream.state.first_seq);
    if (oldestMs === undefined) problems.push('how long the oldest message waits is not known: nats-server does not tell it');
    problems.push(...ageProblems(oldestMs ?? 0, now()), ...policyProblems(stream.config));
    const waited = oldestMs === undefined ? undefined : waitedSeconds(oldestMs, now());
    const connected = [...directory.nodes()].filter((node) => node.gateway !== '');
    const lagRows = rowsIn(pending, etl?.rowsPerMessage);
    const rates = this.#rates.add(now(), {
      batchesMade: directory.batchesMade,
      streamIn: stream.state.last_seq,
      streamOut: consumer?.delivered.stream_seq ?? 0,
    });
    return {
      ...(etl === undefined || isSilent(etl, now()) ? {} : { rowsPerSecond: etl.rowsPerSecond }),
      pendingMessages: pending,
      streamBytes: stream.state.bytes,
      streamMaxBytes: stream.config.max_bytes,
      ...(waited === undefined ? {} : { lagSeconds: waited, oldestPendingSeconds: waited }),
      deadLetters: byReason,
      suspendedTables: (etl?.suspendedTables ?? []).map(({ table, error, sinceMs, attempts = 0, nextResumeMs }) => ({
        ...{ table, error, since: toTimestamp(sinceMs), resumeAttempts: attempts },
        nextResume: nextResumeMs === undefined ? undefined : toTimestamp(nextResumeMs),
      })),
      connectedAgents: connected.length,
      connectedMachines: connected.filter(isMachine).length,
      ...(completeness === undefined ? {} : { completenessPercent: completeness }),
      asOf: toTimestamp(now()),
      gatewayVersion: VERSION,
      durable: natsDurable() === true && (etl?.commitMode === 'sync' || etl?.commitMode === 'async'),
      problems,
      ...(lagRows === undefined ? {} : { lagRows }),
      ...(etl?.disk === undefined ? {} : { diskFreeBytes: etl.disk.freeBytes, diskBytes: etl.disk.totalBytes }),
      ...(rates.batchesMade === undefined ? {} : { batchesMadePerSecond: rates.batchesMade }),
      ...(rates.streamIn === undefined ? {} : { messagesInPerSecond: rates.streamIn }),
      ...(rates.streamOut === undefined ? {} : { messagesOutPerSecond: rates.streamOut }),
      ...(etl === undefined ? {} : { etlAsOf: toTimestamp(etl.timeMs) }),
      ...(etl?.processed === undefined ? {} : { processed: toProcessed(etl.processed) }),
      ...(this.#completeness === undefined ? {} : { completenessAsOf: toTimestamp(this.#completeness.atMs) }),
    };
  }

  /** Undefined where the ledger was never read, and where it has no batch of the last hour. */
  async #completenessPercent(problems: string[]): Promise<number | undefined> {
    const nowMs = this.#options.now();
    if (this.#completeness !== undefined && nowMs - this.#completeness.atMs < COMPLETENESS_KEPT_MS) return this.#completeness.percent;
    try {
      const [[stored, span] = [null, null]] = await this.#options.database.rows(COMPLETENESS.replace(/\s+/g, ' '));
      const percent = !span || Number(span) === 0 ? undefined : (Number(stored) * 100) / Number(span);
      this.#completeness = { atMs: nowMs, percent };
      return percent;
    } catch (error) {
      problems.push(`the ledger cannot be read: ${messageOf(error)}`);
      return this.#completeness?.percent;
    }
  }
}

/** Unix ms at which the oldest message came that the ETL has not stored; 0 where it was stored or removed meanwhile, undefined where that is not known. */
async function oldestUnstoredMs(
  manager: JetStreamManager,
  consumer: ConsumerInfo | undefined,
  firstSeq: number,
): Promise<number | undefined> {
  const seq = Math.max(firstSeq, (consumer?.ack_floor.stream_seq ?? 0) + 1);
  try {
    return (await manager.streams.getMessage(TELEMETRY_STREAM, { seq })).time.getTime();
  } catch (error) {
    if (error instanceof NatsError) return error.api_error?.err_code === NO_MESSAGE ? 0 : undefined;
    throw error;
  }
}

async function consumerInfo(manager: JetStreamManager): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(TELEMETRY_STREAM, ETL_CONSUMER);
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === CONSUMER_NOT_FOUND) return undefined;
    throw error;
  }
}

function toProcessed({ missedMs, ...counts }: ProcessedFigures): ProcessedStream {
  return { ...counts, missed: missedMs === undefined ? undefined : toTimestamp(missedMs) };
}

/** An estimate; undefined where messages wait and nobody knows how many rows one has. */
function rowsIn(messages: number, rowsPerMessage: number | undefined): number | undefined {
  if (messages === 0) return 0;
  return rowsPerMessage === undefined ? undefined : Math.round(messages * rowsPerMessage);
}

/** By the time of receipt alone: a node whose clock is ahead says of its samples that they are newer than any that wait. */
function waitedSeconds(oldestMs: number, nowMs: number): number {
  return oldestMs === 0 ? 0 : Math.max(0, nowMs - oldestMs) / 1000;
}

/** Somebody may have changed the stream since the gateway brought it to its policy. */
function policyProblems(config: StreamConfig): string[] {
  const wanted = streamPolicies(DEFAULT_LIMITS).find(({ name }) => name === TELEMETRY_STREAM)?.wanted ?? {};
  const limits = ['max_bytes', 'metadata'];
  return policyDifferences(config, wanted)
    .filter(({ setting }) => !limits.includes(setting.split('.')[0] as string))
    .map(
      (one) =>
        `the stream ${TELEMETRY_STREAM} has ${one.setting} ${one.found} where ${one.wanted} is needed: restart the gateway, which sets it`,
    );
}

function isSilent(etl: EtlStatus, nowMs: number): boolean {
  return nowMs - etl.timeMs > ETL_SILENT_MS;
}

function etlProblems(etl: EtlStatus | undefined, nowMs: number): string[] {
  if (etl === undefined) return ['the ETL has never reported: nothing is stored until one runs'];
  if (!isSilent(etl, nowMs)) return etl.problems;
  return [
    `the ETL has not reported for ${Math.round((nowMs - etl.timeMs) / 1000)} s: nothing is stored until it runs again`,
    ...etl.problems,
  ];
}

function durabilityProblems(durable: boolean | undefined): string[] {
  if (durable === true) return [];
  if (durable === undefined)
    return [
      'whether nats-server acknowledges only what is on disk is not known: give its monitoring address (--nats-monitor-url), or vouch for it (--nats-durability trust)',
    ];
  return ['nats-server acknowledges what is not on disk: set sync_interval to always'];
}
