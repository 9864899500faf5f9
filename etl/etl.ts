// The components of an ETL, put together.
import type { NatsConnection } from 'nats';
import { MusterError } from '../core/common/muster-error.ts';
import type { Component } from '../core/node/lifecycle.ts';
import { ColdKeeper } from './cold/cold-keeper.ts';
import { type EtlConfig, ledgerTtlDays, telemetryRetention } from './config.ts';
import type { EtlEvents } from './events.ts';
import { LedgerTables } from './ledger-tables.ts';
import { NodeHistory } from './node-history.ts';
import { Pipeline } from './pipeline.ts';
import { DatabaseWatch } from './questdb/database-watch.ts';
import { OwnSchema } from './questdb/own-schema.ts';
import { QuestdbHttp } from './questdb/questdb-http.ts';
import { untilDone } from './questdb/retry.ts';
import { Schema } from './questdb/schema.ts';
import { StoredRowReader } from './questdb/stored-rows.ts';
import { TableWriter } from './questdb/table-writer.ts';
import { WriteProblems } from './questdb/write-problems.ts';
import { StatusReporter } from './status.ts';
import { DeadLetterStream } from './stream/dead-letter-stream.ts';
import { ProcessedStream } from './stream/processed-stream.ts';
import { StreamKeeper } from './stream/stream-keeper.ts';
import { TelemetryConsumer } from './stream/telemetry-consumer.ts';
import { NodeCap } from './telemetry/node-cap.ts';
import { SeriesCache } from './telemetry/series-cache.ts';
import { SeriesFloods } from './telemetry/series-flood.ts';
import { Transform } from './telemetry/transform.ts';
import { TierKeeper, type TierOptions } from './tiers/tier-keeper.ts';

export interface Etl {
  /** In the order of their start. */
  components: readonly Component[];
  /** Gives up writes that are still tried after this long: what they hold is not acknowledged and comes again. */
  cancelAfter(ms: number): void;
}

/** Builds everything. The streams must be there; the database need not answer before the components are started. */
export function createEtl(config: EtlConfig, nc: NatsConnection, events: EtlEvents): Etl {
  const abort = new AbortController();
  const { signal } = abort;
  const questdb = {
    url: config.questdbHttpUrl,
    user: config.questdbHttpUser,
    passwordFile: config.questdbHttpPasswordFile,
    storeDir: config.storeDir,
  };
  const { ttlDays, partitionBy } = telemetryRetention(config);
  const ledgerDays = ledgerTtlDays(ttlDays);
  const database = new QuestdbHttp(questdb);
  const problems = new WriteProblems();
  const ownSchema = new OwnSchema({ database, problems, events, signal }, ledgerDays);
  const own = { database, schema: ownSchema, problems, events, signal };
  const tiers = new TierKeeper(database, tierOptions(config), events);
  const storage = { partitionBy, ttlDays: config.coldFolder === '' ? ttlDays : undefined };
  const cold = new ColdKeeper(config.coldFolder, events);
  const schema = new Schema(database, storage, (table) => tiers.changed(table), events, signal, problems);
  const consumer = new TelemetryConsumer(nc, events);
  const watch = new DatabaseWatch(database, events);
  const keeper = new StreamKeeper(nc, consumer, watch, config.streamHighWater, events);
  const now = (): number => Date.now();
  const cap = new NodeCap(config.maxRowsPerNodePerDay);
  const ledger = new LedgerTables(own, ledgerDays);
  const floods = new SeriesFloods(now);
  const stored = new StoredRowReader({ database, written: () => pipeline.written(), events, signal });
  const limits = { maxBytes: config.processedMaxBytes, maxAgeHours: config.processedMaxAgeHours };
  const processed = config.processedStream
    ? new ProcessedStream({ nc, limits, events, now, patienceMs: config.processedPatienceSeconds * 1000 })
    : undefined;
  const pipeline: Pipeline = new Pipeline(
    {
      ...{ consumer, ledger, events: withFloods(events, floods), now, cap, lag: watch.lag },
      transform: new Transform(schema, new SeriesCache(now()), { ttlDays, now, cap, stored }),
      tables: new TableWriter(database, (shape) => schema.repair(shape), events, signal, problems),
      deadLetters: new DeadLetterStream(nc, events),
      processed,
    },
    () => keeper.soon(),
  );
  const connections: Component = {
    name: 'database connections',
    start: async () => {},
    stop: async () => database.close(),
  };
  const counts: Component = {
    name: 'rows of this day',
    start: () => restoreCap(cap, database, events, signal),
    stop: async () => {},
  };
  const status = new StatusReporter(
    nc,
    pipeline.figures,
    watch,
    keeper,
    events,
    () => [
      ...problems.problems,
      ...(watch.lag.problem === '' ? [] : [watch.lag.problem]),
      ...floods.problems,
      ...cap.problems(now()),
      ...tiers.problems,
      ...cold.problems,
      ...(processed?.problems ?? []),
    ],
    config.storeDir,
    ttlDays,
    () => processed?.figures,
  );
  return {
    // The status first: it tells why the others are not there yet.
    components: [connections, status, ownSchema, counts, watch, consumer, keeper, pipeline, new NodeHistory(nc, own, events), tiers, cold],
    cancelAfter: (ms) => void setTimeout(() => abort.abort(), ms).unref(),
  };
}

/** A ledger that cannot be read for good has its own problem in the status: the cap then counts from 0. */
async function restoreCap(cap: NodeCap, database: QuestdbHttp, events: EtlEvents, signal: AbortSignal): Promise<void> {
  await untilDone(
    () =>
      cap.restore(database, Date.now()).catch((error: unknown) => {
        if (!(error instanceof MusterError) || error.retryable) throw error;
        events.retried('rows of this day', error);
      }),
    (error) => events.retried('rows of this day', error),
    signal,
  );
}

function tierOptions(config: EtlConfig): TierOptions {
  return {
    tiers: config.tiers,
    telemetryTtlDays: config.coldFolder === '' ? telemetryRetention(config).ttlDays : undefined,
    rollUps: {
      '1m': { ttlDays: config.minuteTtlDays, partitionBy: config.minutePartitionBy },
      '1h': { ttlDays: config.hourTtlDays, partitionBy: config.hourPartitionBy },
    },
  };
}

/** The same events; whose rows are set aside for too many series is told by the status too. */
function withFloods(events: EtlEvents, floods: SeriesFloods): EtlEvents {
  return {
    ...events,
    setAside(nodeId, measurement, reason, count, detail) {
      events.setAside(nodeId, measurement, reason, count, detail);
      if (reason === 'too_many_series' && measurement !== '') floods.note(nodeId, measurement, count, detail);
    },
  };
}
