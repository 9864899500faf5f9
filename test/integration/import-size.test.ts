// A file of long tags beside the batches of agents: a real import, publisher and nats-server. Nothing of the one may stop the other.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { TELEMETRY_STREAM, telemetrySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { ImportJob } from '../../gateway/ingest/import-job.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createJetStream, type PublishError } from '../../gateway/publisher/durable-stream.ts';
import { Publisher } from '../../gateway/publisher/publisher.ts';
import { decodeBatch, decodeEnvelope } from '../../proto/batch-codec.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

const ROWS = 4100;
const folder = mkdtempSync(join(tmpdir(), 'muster-size-'));
let nats: NatsHarness;
let link: NatsLink;
let publisher: Publisher;
/** What waits for a larger limit, by its number: why. */
const waiting = new Map<number, string>();

beforeAll(async () => {
  nats = await startNats();
  link = new NatsLink(await connectNats(nats.gateway), { natsChanged: () => undefined });
  await link.start();
  await ensureStreams(link.connection, { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 });
  const quiet = (): void => undefined;
  const publishWaits = ({ seq, detail }: { seq: number; detail: string }): void => void waiting.set(seq, detail);
  const events = {
    messagePublished: quiet,
    publishFailed: quiet,
    publishRecovered: quiet,
    publishRefused: quiet,
    ownerFailed: quiet,
    publishWaits,
  };
  publisher = new Publisher({
    ...{ stream: createJetStream(link), partitions: 1 },
    events: { ...events, queueChanged: quiet, pressureChanged: quiet },
  });
  await publisher.start();
});
afterAll(async () => {
  await publisher?.stop();
  await link?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true });
});

/** There is no ETL here: a ledger that has whatever it is asked for. */
const all = {
  batches: 1e9,
  rows: 1e9,
  badRows: 0,
  mergedRows: 0,
  metRows: 0,
  replacedRows: 0,
  overwrittenRows: 0,
  setAside: [],
  incomplete: '',
};
const accounts = { read: async () => all, readBatches: async () => all };

function startJob(file: string, content: string): ImportJob {
  const path = join(folder, file);
  writeFileSync(path, content);
  const mapping = { timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: 'n', fields: [], texts: [], measurement: 'm' };
  const tags = Array.from({ length: 12 }, (_, i) => `t${i}`);
  const task = { ...{ path, file, shiftToNow: true, windowSeconds: 0, stepSeconds: 0, speed: 0, maxRowsPerNode: 0, ttlDays: 30 }, csv: {} };
  return new ImportJob(
    ...(['1', { ...task, mapping: { ...mapping, tags } }, { tokenId: 't', name: 't', scopes: ['push'], labels: {} }] as const),
    { gateway: 'g', publisher, registry: { seenAtDoor: async () => undefined }, sendEphemeral: () => undefined, accounts },
    () => undefined,
  );
}

function file(rows: number, tag: (row: number, column: number) => string): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const tags = Array.from({ length: 12 }, (_, column) => tag(row, column));
    return `${new Date(1_790_000_000_000 + row).toISOString()},${tags.join()},${row}`;
  });
  return `time,${Array.from({ length: 12 }, (_, i) => `t${i}`).join()},v\n${lines.join('\n')}\n`;
}

/** Offers a batch of an agent; its end. */
function offer(seq: number, bytes = 100): Promise<string> {
  const batch = Buffer.alloc(bytes);
  const delivery = { nodeId: 'agent', receivedUs: 1, gateway: 'g', batch, epoch: Buffer.alloc(16), seq, skewUs: 0 };
  return new Promise((resolve) => {
    publisher.offer({ delivery, onStored: () => resolve('stored'), onRefused: (error) => resolve(error.message) });
  });
}

it('stores what agents send while a file of long tags is imported, and all rows of the file', async () => {
  const job = startJob(
    'long.csv',
    file(ROWS, (row, column) => `${column === 0 ? row : 'x'}`.padEnd(180, 'x')),
  );
  const agents = Array.from({ length: 10 }, (_, i) => offer(i + 1));
  expect(await Promise.all(agents)).toEqual(agents.map(() => 'stored'));
  await until('the import is done', () => job.ended);
  expect(job.toMessage()).toMatchObject({ state: 'done', rowsStored: ROWS, rowsRefused: 0, problem: '' });
  const manager = await link.connection.jetstreamManager();
  const { last_seq: last } = (await manager.streams.info(TELEMETRY_STREAM)).state;
  let rows = 0;
  for (let seq = 1; seq <= last; seq++) {
    const { data } = await manager.streams.getMessage(TELEMETRY_STREAM, { seq });
    for (const { nodeId, batch } of decodeEnvelope(Buffer.from(data))) {
      expect(batch.length).toBeLessThanOrEqual(MAX_BATCH_BYTES);
      if (nodeId === 'n') for (const { timeUs } of decodeBatch(Buffer.from(batch)).frames) rows += timeUs.length;
    }
  }
  expect(rows).toBe(ROWS);
});

it('refuses by its number the row that no batch can hold', async () => {
  const job = startJob(
    'row.csv',
    file(3, (row) => 'é'.repeat(row === 1 ? 6000 : 9)),
  );
  await until('the import is done', () => job.ended);
  expect(job.toMessage()).toMatchObject({
    ...{ state: 'done', rowsStored: 2, rowsRefused: 1 },
    firstRefusal: 'row 3: its tags have 144036 bytes, a row may have 4096: name fewer with --tags',
  });
});

it('gives back what the server never takes in a message, keeps what it does not take for a while, and goes on', async () => {
  expect(await offer(11, MAX_BATCH_BYTES + 1)).toBe('the batch has 524289 bytes, at most 524288 are taken');
  const publish = createJetStream(link).publish(telemetrySubject(0), Buffer.alloc(1024 ** 2 + 1), 'too large');
  expect(await publish.catch((error: PublishError) => error)).toMatchObject({ reason: 'too_large', permanent: true });
  const manager = await link.connection.jetstreamManager();
  // Somebody has lowered the stream's own limit: batches that share a message pass by themselves.
  await manager.streams.update(TELEMETRY_STREAM, { max_msg_size: 4096 });
  const large = offer(14, 5000);
  const ends = await Promise.all([offer(12, 2000), offer(13, 2000), offer(15, 2000)]);
  expect(ends).toEqual(['stored', 'stored', 'stored']);
  const job = startJob(
    'small.csv',
    file(2000, () => 'x'.repeat(50)),
  );
  await until('batches wait', () => waiting.size >= 2);
  expect(waiting.get(14)).toMatch(/^nats-server takes no message of 5\d\d\d bytes, the max_msg_size of the stream is less/);
  expect(job.ended).toBe(false);
  await manager.streams.update(TELEMETRY_STREAM, { max_msg_size: -1 });
  expect(await large).toBe('stored');
  await until('the import is done', () => job.ended);
  expect(job.toMessage()).toMatchObject({ state: 'done', rowsStored: 2000, rowsRefused: 0, problem: '' });
  expect(await offer(16, 500_000)).toBe('stored');
});
