// The stream of what was stored, at a real ETL: once per batch, read by the consumer of the documents, and no hindrance to storing.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JetStreamManager, NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROCESSED_STREAM } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { countOf, envelope, etlStatus, frame, plainFrame, publish, startEtl } from './etl-setup.ts';

let nats: NatsHarness;
let questdb: QuestdbHarness;
let nc: NatsConnection;
let manager: JetStreamManager;
let etl: Server;

beforeAll(async () => {
  [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  nc = await connectNats(nats.admin);
  manager = await nc.jetstreamManager();
  await ensureStreams(nc, { streamMaxBytes: 64 * 1024 * 1024, maxAgeHours: 1 });
  // A slow machine may need longer than the patience by default.
  etl = await publishingEtl('etl-patient', { 'processed-patience-seconds': '60' });
});
afterAll(async () => {
  await etl?.stop();
  await nc?.close();
  await Promise.all([nats?.stop(), questdb?.stop()]);
});

const publishingEtl = (name: string, more: Readonly<Record<string, string>> = {}) =>
  startEtl(nats, questdb.httpUrl, questdb, name, { 'processed-stream': 'true', 'processed-max-bytes': '50000000', ...more });
const send = (...args: Parameters<typeof envelope>) => publish(nc.jetstream({ timeout: 20_000 }), envelope(...args));
const stored = (table: string, rows: number) =>
  until(`${rows} rows of ${table}`, async () => (await countOf(questdb, `select count() from ${table}`)) === rows, 60_000);
const acknowledged = (messages: number) =>
  until('all is acknowledged', async () => ((await etlStatus(nc))?.storedFloor ?? 0) >= messages, 60_000);

/** The consumer of docs/import-export.md, word for word; each line that it prints goes to `line`. */
function documentedConsumer(line: (text: string) => void): { stop(): Promise<void> } {
  const [, code = ''] = /```js\n([\s\S]+?)```/.exec(readFileSync(join(import.meta.dirname, '../../docs/import-export.md'), 'utf8')) ?? [];
  const dir = join(nats.dir, 'consumer');
  mkdirSync(dir);
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'consumer.mjs'), code);
  const env = { ...process.env, NATS_URL: nats.url, NATS_PASSWORD_FILE: nats.consumer.passwordFile };
  const child = spawn(process.execPath, ['consumer.mjs'], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

it('publishes rows that are stored, once for a batch that comes again, and the documented consumer reads them', async () => {
  const now = Date.now() * 1000;
  const rows = Array.from({ length: 3 }, (_, i): [number, string, number] => [now + i, `c${i}`, i / 2]);
  const batch = { nodeId: '10.0.0.7', seq: 1, frames: [frame('cpu', ['busy'], [...rows, [now, 'bad', Number.POSITIVE_INFINITY]])] };
  await send(batch);
  await stored('cpu', 3);
  await send(batch);
  // More than one message may hold.
  await send({ seq: 1, frames: [plainFrame('many', 9000)] });
  await stored('many', 9000);
  const { state } = await until('all is published', async () => {
    const info = await manager.streams.info(PROCESSED_STREAM, { subjects_filter: '>' });
    return info.state.messages > 3 && (await etlStatus(nc))?.processed?.rows === 9003 ? info : undefined;
  });
  expect(state.subjects?.['muster.processed.10=2e0=2e0=2e7.cpu']).toBe(1);
  expect(await etlStatus(nc)).toMatchObject({ problems: [], processed: { rows: 9003, missedRows: 0 } });
  const lines: string[] = [];
  const consumer = documentedConsumer((line) => lines.push(line));
  try {
    await until('the consumer has the rows', () => lines.length >= 3);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['10.0.0.7', '10.0.0.7', '10.0.0.7']);
    const read = lines.map((line) => JSON.parse(line.slice(line.indexOf(' '))));
    expect(read.map(({ tag, busy }) => [tag, busy])).toEqual(rows.map(([, tag, busy]) => [tag, busy]));
    await until('its acknowledgements are there', async () => {
      const { num_ack_pending, num_pending } = await manager.consumers.info(PROCESSED_STREAM, 'mine');
      return num_ack_pending + num_pending === 0;
    });
  } finally {
    await consumer.stop();
  }
});

it('keeps storing and acknowledging when the stream does not take anything, and says what it may lack', async () => {
  await etl.stop();
  etl = await publishingEtl('etl-processed');
  const { config } = await manager.streams.info(PROCESSED_STREAM);
  // An operator's mistake that the ETL cannot undo: another stream has the subjects, and acknowledges what is meant for this one.
  await manager.streams.delete(PROCESSED_STREAM);
  await manager.streams.add({ ...config, name: 'taken' });
  await send({ seq: 1, nodeId: 'still', frames: [plainFrame('still', 10)] });
  const last = await send({ seq: 2, nodeId: 'still', frames: [plainFrame('still', 10, 10)] });
  await stored('still', 20);
  await acknowledged(last);
  const status = await until('the gap is named', async () => {
    const said = await etlStatus(nc);
    return said?.processed?.missedRows === 20 ? said : undefined;
  });
  expect(status.problems).toEqual([expect.stringContaining('the stream muster_processed may lack 20 rows that were stored')]);
  // It is made again by itself once it may be.
  await manager.streams.delete('taken');
  let seq = 2;
  await until(
    'it publishes again',
    async () => {
      await send({ seq: ++seq, nodeId: 'still', frames: [plainFrame('again', 1, seq)] });
      const info = await manager.streams.info(PROCESSED_STREAM).catch(() => undefined);
      return (info?.state.messages ?? 0) > 0;
    },
    120_000,
  );
}, 300_000);
