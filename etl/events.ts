// Everything worth knowing that happens in the ETL: each is logged once and counted once, here.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from '../core/node/log.ts';
import type { DeadLetterReason } from './telemetry/dead-letter.ts';

export interface EtlEvents {
  readonly registry: Registry;
  /** A cycle's telemetry and ledger are in the database and its messages are acknowledged. */
  cycleStored(cycle: { messages: number; batches: number; rows: number; merged: number; milliseconds: number }): void;
  /** Rows or messages were set aside. */
  setAside(nodeId: string, measurement: string, reason: DeadLetterReason, count: number, detail: string): void;
  /** The dead-letter stream did not take a letter: it is counted here and nowhere else. */
  deadLetterLost(reason: DeadLetterReason, error: Error): void;
  /** The stream of what was stored acknowledged a message with so many rows. */
  processedPublished(rows: number): void;
  /** So many rows were stored and are not known to be in that stream. */
  processedMissed(rows: number): void;
  /** It did not take what was published; nothing is published for so long. */
  processedFailed(error: Error, pauseMs: number): void;
  /** A request to the database had no certain outcome and is made again. */
  writeRetried(table: string, attempt: number, error: Error): void;
  schemaChanged(table: string, change: string): void;
  schemaFailed(table: string, error: Error): void;
  tableSuspended(table: string, words: string): void;
  tableResumed(table: string): void;
  streamTrimmed(upTo: number, messages: number): void;
  rewound(toSequence: number, why: string): void;
  databaseRestarted(startedAt: string): void;
  notDurable(commitMode: string): void;
  /** The database is too far behind to be given more. */
  heldBack(words: string): void;
  /** A pass of the cold tier is over. */
  coldPassed(pass: { written: readonly string[]; released: number; problems: readonly string[] }): void;
  /** Something in the background failed and will be tried again. */
  retried(what: string, error: Error): void;
  /** Work that nobody waited for failed by a fault of ours. */
  faultFound(error: unknown): void;
}

export function createEtlEvents(log: Log): EtlEvents {
  const registry = new Registry();
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `muster_etl_${name}`, help, labelNames, registers: [registry] });
  const rows = counter('rows_stored_total', 'Telemetry rows stored');
  const merged = counter('rows_merged_total', 'Rows that another row with the same key in the same batch replaced');
  const batches = counter('batches_stored_total', 'Batches stored');
  const messages = counter('messages_acknowledged_total', 'Messages acknowledged after the store');
  const cycleSeconds = new Histogram({
    name: 'muster_etl_cycle_seconds',
    help: 'From the first message of a cycle to its acknowledgement',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60],
    registers: [registry],
  });
  const dead = counter('dead_letters_total', 'Rows and messages set aside', ['reason']);
  const lost = counter('dead_letters_lost_total', 'Dead letters that their stream did not take', ['reason']);
  const processedMessages = counter('processed_messages_total', 'Messages that the stream of what was stored acknowledged');
  const processedRows = counter('processed_rows_total', 'Rows in them');
  const processedMissed = counter(
    'processed_missed_rows_total',
    'Rows that were stored and are not known to be in the stream of what was stored',
  );
  const retries = counter('write_retries_total', 'Requests to the database made again');
  const background = counter('background_retries_total', 'Background work that failed and is tried again', ['what']);
  const faults = counter('faults_total', 'Failures of work that nobody waited for: faults of the program');
  const suspended = new Gauge({ name: 'muster_etl_suspended_tables', help: 'Tables that QuestDB suspended', registers: [registry] });
  const trims = counter('stream_trims_total', 'Purges of the telemetry stream');
  const coldFiles = counter('cold_files_total', 'Partitions written as Parquet and read back');
  const coldPartitions = counter('cold_partitions_released_total', 'Partitions that left the database after that');
  const holds = counter('held_back_total', 'Times that the database was too far behind to be given more');
  const restarts = counter('database_restarts_total', 'Restarts of QuestDB that were noticed');
  return {
    registry,
    cycleStored(cycle) {
      rows.inc(cycle.rows);
      merged.inc(cycle.merged);
      batches.inc(cycle.batches);
      messages.inc(cycle.messages);
      cycleSeconds.observe(cycle.milliseconds / 1000);
      log.debug(cycle, 'cycle stored');
    },
    setAside(nodeId, measurement, reason, count, detail) {
      dead.inc({ reason }, count);
      log.warn({ node: nodeId, measurement, reason, count, detail }, 'rows set aside');
    },
    deadLetterLost(reason, error) {
      lost.inc({ reason });
      log.error({ reason, error: error.message }, 'a dead letter was not taken by its stream');
    },
    processedPublished(rows) {
      processedMessages.inc();
      processedRows.inc(rows);
    },
    processedMissed(rows) {
      processedMissed.inc(rows);
    },
    processedFailed(error, pauseMs) {
      log.error({ error: error.message, pauseMs }, 'the stream of what was stored did not take it: storing goes on without it for a while');
    },
    writeRetried(table, attempt, error) {
      retries.inc();
      log.warn({ table, attempt, error: error.message }, 'the database gave no certain answer: the same rows are sent again');
    },
    schemaChanged(table, change) {
      log.info({ table, change }, 'schema changed');
    },
    schemaFailed(table, error) {
      log.error({ table, error: error.message }, 'schema not changed');
    },
    tableSuspended(table, words) {
      suspended.inc();
      log.error({ table, words }, 'the database suspended a table');
    },
    tableResumed(table) {
      suspended.dec();
      log.info({ table }, 'a suspended table is in work again');
    },
    streamTrimmed(upTo, purged) {
      trims.inc();
      log.info({ upTo, messages: purged }, 'stored messages purged from the stream');
    },
    rewound(toSequence, why) {
      log.warn({ toSequence, why }, 'the stream is replayed');
    },
    databaseRestarted(startedAt) {
      restarts.inc();
      log.warn({ startedAt }, 'the database has restarted');
    },
    coldPassed({ written, released, problems }) {
      coldFiles.inc(written.length);
      coldPartitions.inc(released);
      if (written.length + released + problems.length > 0) log.info({ written, released, problems }, 'cold tier');
    },
    heldBack(words) {
      holds.inc();
      log.warn({ words }, 'no messages are taken until the database has applied what it took');
    },
    notDurable(commitMode) {
      log.error({ commitMode }, 'the database acknowledges what is not on disk: set cairo.commit.mode=sync');
    },
    retried(what, error) {
      background.inc({ what });
      log.warn({ what, error: error.message }, 'failed, will be tried again');
    },
    faultFound(error) {
      faults.inc();
      log.error({ error: String(error), stack: error instanceof Error ? error.stack : undefined }, 'a fault of the ETL');
    },
  };
}
