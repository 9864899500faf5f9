// A publish whose server dies before it answers: told at once, sent again under its id, stored once.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TELEMETRY_STREAM, telemetrySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createJetStream } from '../../gateway/publisher/durable-stream.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

let nats: NatsHarness;
let link: NatsLink;

beforeAll(async () => {
  nats = await startNats();
  link = new NatsLink(await connectNats(nats.gateway), { natsChanged: () => undefined });
  await link.start();
  await ensureStreams(link.connection, { streamMaxBytes: 16 * 1024 ** 2, maxAgeHours: 1 });
});
afterAll(async () => {
  await link?.stop();
  await nats?.stop();
});

it('does not wait for the answer of a server that is gone', async () => {
  const stream = createJetStream(link);
  const publish = (id: string) => stream.publish(telemetrySubject(0), Buffer.from(id), id);
  expect(await publish('before')).toEqual({ duplicate: false });

  process.kill(nats.pid, 'SIGSTOP');
  // The reason tells it from the end of its own patience, which is "timeout".
  const told = publish('meanwhile').catch((error: unknown) => error);
  await wait(50);
  await nats.kill();
  expect(await told).toMatchObject({ reason: 'disconnected', message: 'nats-server went away before it acknowledged' });

  await nats.restart();
  await until('the connection', () => link.connected);
  await publish('meanwhile');
  expect(await publish('meanwhile')).toEqual({ duplicate: true });
  const manager = await link.connection.jetstreamManager();
  expect((await manager.streams.info(TELEMETRY_STREAM)).state.messages).toBe(2);
});
