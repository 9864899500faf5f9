// An ETL between a real nats-server and a real QuestDB, fed by envelopes as a gateway publishes them.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AckPolicy, type JetStreamClient, type NatsConnection } from 'nats';
import type { FleetEvent, FrameColumns } from '../../core/common/frame.ts';
import { DEAD_LETTER_STREAM, type EtlStatus, STATUS_BUCKET, telemetrySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import type { DeadLetter } from '../../etl/telemetry/dead-letter.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import { type Server, startServer } from '../harness/server.ts';

export interface EtlSetup {
  nats: NatsHarness;
  questdb: QuestdbHarness;
  etl: Server;
  nc: NatsConnection;
  js: JetStreamClient;
  stop(): Promise<void>;
}

export interface EtlSetupOptions {
  streamMaxBytes?: number;
}

/** Starts all three. Always `stop` it. */
export async function startEtlSetup(options: EtlSetupOptions = {}): Promise<EtlSetup> {
  const [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  const nc = await connectNats(nats.admin);
  await ensureStreams(nc, { streamMaxBytes: options.streamMaxBytes ?? 256 * 1024 * 1024, maxAgeHours: 1 });
  const etl = await startEtl(nats, questdb.httpUrl, questdb, 'etl');
  const stop = async (): Promise<void> => {
    await etl.stop();
    await nc.close();
    await Promise.all([nats.stop(), questdb.stop()]);
  };
  return { nats, questdb, etl, nc, js: nc.jetstream({ timeout: 20_000 }), stop };
}

/** One more ETL, writing to `httpUrl` (the database, or something staged before it). */
export function startEtl(
  nats: NatsHarness,
  httpUrl: string,
  questdb: QuestdbHarness,
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const settings = {
    ...more,
    'nats-url': nats.url,
    'nats-user': 'etl',
    'nats-password-file': nats.etl.passwordFile,
    'questdb-http-url': httpUrl,
    'questdb-http-user': 'admin',
    'questdb-http-password-file': questdb.admin.passwordFile,
  };
  const args = [join(import.meta.dirname, '../../etl/main.ts'), ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)];
  return startServer({ name, command: process.execPath, args, folders: [], files: [], readiness: { kind: 'line' } }, nats.dir, false);
}

export interface SentBatch {
  nodeId?: string;
  epoch?: Buffer;
  seq: number;
  frames: FrameColumns[];
  events?: FleetEvent[];
  skewUs?: number;
}

const EPOCH = randomBytes(16);

/** An envelope that holds one batch. */
export function envelope(sent: SentBatch): Buffer {
  const { nodeId = 'node-1', epoch = EPOCH, seq, frames, events = [], skewUs = 1000 } = sent;
  const nowUs = Date.now() * 1000;
  const batch = encodeBatch({ epoch, seq, createdUs: nowUs, frames, events, dropped: [] });
  return encodeEnvelope([{ nodeId, receivedUs: nowUs, gateway: 'gateway-1', batch, epoch, seq, skewUs }]);
}

/** Publishes to the stream; while it refuses, again. */
export async function publish(js: JetStreamClient, bytes: Buffer): Promise<number> {
  for (const deadline = Date.now() + 30_000; ; ) {
    try {
      return (await js.publish(telemetrySubject(0), bytes)).seq;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A frame of one tag and some fields; `rows` gives time (µs), tag value and values. */
export function frame(measurement: string, fields: string[], rows: [number, string, ...number[]][]): FrameColumns {
  const tags = [...new Set(rows.map(([, tag]) => tag))];
  const values = new Float64Array(rows.length * fields.length);
  for (const [r, [, , ...row]] of rows.entries()) for (const [f, value] of row.entries()) values[f * rows.length + r] = value;
  return {
    ...{ measurement, tags: ['tag'], series: tags.map((tag) => [tag]), fields, values, textFields: [], texts: [] },
    seriesIndex: Uint32Array.from(rows, ([, tag]) => tags.indexOf(tag)),
    timeUs: Float64Array.from(rows, ([time]) => time),
  };
}

/** `count` rows, 100 µs apart, of ten series and two fields, that end now. */
export function plainFrame(measurement: string, count: number, first = 0): FrameColumns {
  const start = plainStart - 1_000_000_000;
  return frame(
    measurement,
    ['a', 'b'],
    Array.from({ length: count }, (_, i) => [start + (first + i) * 100, `s${i % 10}`, i, i / 3]),
  );
}
const plainStart = Date.now() * 1000;

/** Every dead letter so far. */
export async function deadLetters(nc: NatsConnection): Promise<DeadLetter[]> {
  const manager = await nc.jetstreamManager();
  const { state } = await manager.streams.info(DEAD_LETTER_STREAM);
  const letters: DeadLetter[] = [];
  if (state.messages === 0) return letters;
  const { name } = await manager.consumers.add(DEAD_LETTER_STREAM, { ack_policy: AckPolicy.None, inactive_threshold: 5e9 });
  const consumer = await nc.jetstream().consumers.get(DEAD_LETTER_STREAM, name);
  const messages = await consumer.fetch({ max_messages: state.messages, expires: 5000 });
  for await (const message of messages) letters.push(message.json<DeadLetter>());
  return letters;
}

/** What the ETL says of itself. */
export async function etlStatus(nc: NatsConnection): Promise<EtlStatus | undefined> {
  const bucket = await nc.jetstream().views.kv(STATUS_BUCKET, { bindOnly: true });
  return (await bucket.get('etl'))?.json<EtlStatus>();
}

/** The one number of a statement; undefined while the table is not there. */
export async function countOf(questdb: QuestdbHarness, statement: string): Promise<number | undefined> {
  try {
    const [row] = await questdb.sql(statement);
    return Number(row?.[0]);
  } catch {
    return undefined;
  }
}
