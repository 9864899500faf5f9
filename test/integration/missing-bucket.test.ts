// A nats-server that runs with the rights of an earlier version, as after an upgrade: the gateway serves agents without the bucket that it may
// not make, says what does not work, and makes it once it may.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TASKS_BUCKET, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createStreams, type Streams } from '../../gateway/streams.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

let nats: NatsHarness;
let link: NatsLink;
let streams: Streams;
let rights: string;

beforeAll(async () => {
  nats = await startNats();
  rights = readFileSync(configFile(), 'utf8');
  takeRights(
    rights
      .split('\n')
      .filter((line) => !line.includes(TASKS_BUCKET))
      .join('\n'),
  );
  await until('the rights of before', async () => !(await mayAsk()));
  link = new NatsLink(await connectNats(nats.gateway), { natsChanged: () => undefined });
  await link.start();
});
afterAll(async () => {
  await streams?.stop();
  await link?.stop();
  await nats?.stop();
});

const configFile = (): string => join(nats.dir, 'nats', 'nats-server.conf');

/** As an operator does: the file, and a signal. */
function takeRights(config: string): void {
  writeFileSync(configFile(), config);
  process.kill(nats.pid, 'SIGHUP');
}

/** Whether a new connection may ask for the bucket, which is not there. */
async function mayAsk(): Promise<boolean> {
  const connection = await connectNats(nats.gateway);
  try {
    await connection.request(`$JS.API.STREAM.INFO.KV_${TASKS_BUCKET}`, '', { timeout: 2000 });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

it('starts without the bucket of tasks, names it, and makes it when nats-server lets it', async () => {
  const told: string[] = [];
  streams = createStreams({
    link,
    limits: { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 },
    events: { retried: ({ error }) => void told.push(error) },
    afterReconnect: () => undefined,
  });
  await streams.start();
  const sentence = /^the history of node states is not written: nats-server does not make KV_muster_tasks \(.+\); .+ restart it$/;
  expect(streams.problems()).toEqual([expect.stringMatching(sentence)]);
  expect(told[0]).toMatch(sentence);
  const manager = await link.connection.jetstreamManager();
  expect((await manager.streams.info(TELEMETRY_STREAM)).config.name).toBe(TELEMETRY_STREAM);
  await until('another attempt', () => told.length >= 2, 60_000);

  takeRights(rights);
  await until('the bucket', () => streams.problems().length === 0, 60_000);
  expect((await manager.streams.info(`KV_${TASKS_BUCKET}`)).config.name).toBe(`KV_${TASKS_BUCKET}`);
});
