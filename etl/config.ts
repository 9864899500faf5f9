// The settings of the ETL.
import { z } from 'zod';
import type { Config, Declaration } from '../core/node/config.ts';
import { PARTITIONS, type PartitionBy } from './questdb/table-ttl.ts';

/** An hour less is taken, and one more passes until a row is surely compared: with fewer, nothing would be left to look at. */
const MIN_TTL_HOURS = 4;

export const ETL_DECLARATION = {
  logLevel: {
    type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    help: 'least severe level to log',
  },
  natsUrl: { type: z.string().default('nats://127.0.0.1:7422'), help: 'address of nats-server' },
  natsUser: { type: z.string().default('etl'), help: 'user at nats-server' },
  natsPasswordFile: { type: z.string(), help: 'file with the password of that user' },
  questdbHttpUrl: { type: z.string().default('http://127.0.0.1:7490'), help: "address of QuestDB's HTTP server" },
  questdbHttpUser: { type: z.string().default('admin'), help: 'user at QuestDB, who may change schemas' },
  questdbHttpPasswordFile: { type: z.string(), help: 'file with the password of that user' },
  streamHighWater: {
    type: z.number().min(0.05).max(0.95).default(0.5),
    help: 'share of the stream that may be in use before what is stored is purged from it',
  },
  telemetryTtlDays: {
    type: z.number().int().min(2).max(3650).default(30),
    unit: 'days',
    help: 'how long tables keep rows; older rows are refused',
  },
  telemetryTtlHours: {
    type: z
      .number()
      .int()
      .max(168)
      .refine((hours) => hours === 0 || hours >= MIN_TTL_HOURS, `0 or a whole number from ${MIN_TTL_HOURS} to 168 is needed`)
      .default(0),
    unit: 'hours',
    help: 'the same in hours, in place of telemetryTtlDays; new tables are then partitioned by hour, and those that are there keep whole days; 0 is off',
  },
  telemetryPartitionBy: { type: z.enum(PARTITIONS).default('day'), help: 'partitions of new tables: the step in which rows age out' },
  // Off until they cost less: with them a full machine stored 88,000 rows a second, without 119,000.
  tiers: { type: z.boolean().default(false), help: 'keep roll-ups of each table: a materialized view by minutes and one by hours' },
  minuteTtlDays: {
    type: z.number().int().min(2).max(36500).default(180),
    unit: 'days',
    help: 'how long the roll-ups by minutes are kept, rounded up to whole partitions',
  },
  minutePartitionBy: { type: z.enum(PARTITIONS).default('week'), help: 'partitions of new roll-ups by minutes' },
  hourTtlDays: {
    type: z.number().int().min(2).max(36500).default(1826),
    unit: 'days',
    help: 'how long the roll-ups by hours are kept, rounded up to whole partitions',
  },
  hourPartitionBy: { type: z.enum(PARTITIONS).default('month'), help: 'partitions of new roll-ups by hours' },
  maxRowsPerNodePerDay: {
    // A host with 64 CPUs and 50 interfaces at 1 s makes 13 million; 50 million are some 5 GB of one node a day.
    type: z.number().int().min(0).max(1e12).default(50_000_000),
    help: 'rows of one node stored a day (UTC, of receipt), imports apart: the first are kept, what comes after is set aside as dead letters until midnight; 0 is no limit',
  },
  processedStream: {
    type: z.boolean().default(false),
    help: 'publish what was stored into the JetStream stream muster_processed, for consumers of your own',
  },
  processedMaxBytes: {
    type: z
      .number()
      .int()
      .min(1_000_000)
      .max(1e15)
      .default(1024 ** 3),
    unit: 'bytes',
    help: 'what that stream holds; the oldest messages go when it is full',
  },
  processedMaxAgeHours: { type: z.number().int().min(1).max(8760).default(24), unit: 'hours', help: 'how long it keeps a message' },
  processedPatienceSeconds: {
    type: z.number().int().min(1).max(300).default(3),
    unit: 'seconds',
    help: 'how long storing waits for that stream before it goes on without it',
  },
  coldFolder: {
    type: z.string().default(''),
    help: 'folder for Parquet files of what ages out of the tables, written before it is removed; empty is off',
  },
  storeDir: {
    type: z.string().default(''),
    help: "QuestDB's folder, to tell how much its disk has left and to have new tables on it before rows; empty where that is another machine",
  },
  metricsPort: { type: z.number().int().min(0).max(65535).default(0), help: 'port of /metrics on loopback; 0 is off' },
} as const satisfies Declaration;

export type EtlConfig = Config<typeof ETL_DECLARATION>;

type Retention = Pick<EtlConfig, 'telemetryTtlDays' | 'telemetryTtlHours' | 'telemetryPartitionBy'>;

/** How long telemetry is kept, in days and parts of one, and how its tables are partitioned where they are made. */
export function telemetryRetention({ telemetryTtlDays, telemetryTtlHours, telemetryPartitionBy }: Retention): {
  ttlDays: number;
  partitionBy: PartitionBy;
} {
  if (telemetryTtlHours === 0) return { ttlDays: telemetryTtlDays, partitionBy: telemetryPartitionBy };
  return { ttlDays: telemetryTtlHours / 24, partitionBy: 'hour' };
}

/** Of the ledger, of events and drops, whose tables are partitioned by day. */
export function ledgerTtlDays(ttlDays: number): number {
  return Math.max(2, Math.ceil(ttlDays));
}
