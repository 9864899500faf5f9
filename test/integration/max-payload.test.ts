// A nats-server whose max_payload is lowered while a publisher runs, and raised again: what fits is stored in messages of the size that
// holds now, what is larger waits until the limit is back, and nothing is given back or missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TELEMETRY_STREAM } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { askMaxPayload, connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { payloadProblems } from '../../gateway/fleet/pipeline/payload-problems.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createPayloadWatch } from '../../gateway/payload-watch.ts';
import { createJetStream } from '../../gateway/publisher/durable-stream.ts';
import { Publisher } from '../../gateway/publisher/publisher.ts';
import { decodeEnvelope } from '../../proto/batch-codec.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

const SMALL = 64 * 1024;
let nats: NatsHarness;
let link: NatsLink;
let publisher: Publisher;
const refused: string[] = [];
let onWaiting = (_detail: string): void => undefined;
let payload: Component;

beforeAll(async () => {
  nats = await startNats();
  link = new NatsLink(await connectNats(nats.gateway), { natsChanged: () => undefined });
  await link.start();
  link.onReconnect(() => publisher.wake());
  await ensureStreams(link.connection, { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 });
  const quiet = (): void => undefined;
  publisher = new Publisher({
    ...{ stream: createJetStream(link), partitions: 1 },
    events: {
      ...{ messagePublished: quiet, publishFailed: quiet, publishRecovered: quiet, ownerFailed: quiet },
      publishWaits: ({ detail }) => onWaiting(detail),
      publishRefused: ({ detail }) => void refused.push(detail),
      ...{ queueChanged: quiet, pressureChanged: quiet },
    },
  });
  await publisher.start();
  const events = { payloadLow: quiet, payloadEnough: quiet };
  payload = createPayloadWatch({ link, ask: () => askMaxPayload(nats.gateway), events });
  await payload.start();
});
afterAll(async () => {
  await payload?.stop();
  await publisher?.stop();
  await link?.stop();
  await nats?.stop();
});

/** Offers a batch; its end. */
function offer(seq: number, bytes: number): Promise<string> {
  const delivery = { nodeId: 'agent', receivedUs: 1, gateway: 'g', batch: Buffer.alloc(bytes), epoch: Buffer.alloc(16), seq, skewUs: 0 };
  return new Promise((resolve) => {
    publisher.offer({ delivery, onStored: () => resolve('stored'), onRefused: (error) => resolve(error.message) });
  });
}

/** As an operator does: the file, and a signal. */
function setMaxPayload(bytes: number): void {
  const file = join(nats.dir, 'nats', 'nats-server.conf');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/max_payload: \d+/, `max_payload: ${bytes}`));
  process.kill(nats.pid, 'SIGHUP');
}

async function storedMessages(): Promise<{ seqs: number[]; bytes: number }[]> {
  const manager = await link.connection.jetstreamManager();
  const { first_seq: first, last_seq: last } = (await manager.streams.info(TELEMETRY_STREAM)).state;
  const messages: { seqs: number[]; bytes: number }[] = [];
  for (let seq = first; seq <= last; seq++) {
    const { data } = await manager.streams.getMessage(TELEMETRY_STREAM, { seq });
    messages.push({ seqs: decodeEnvelope(Buffer.from(data)).map((one) => one.seq), bytes: data.length });
  }
  return messages;
}

it('cuts messages by the limit that holds now, keeps what is larger until the limit is back, and gives nothing back', async () => {
  const before = await Promise.all(Array.from({ length: 20 }, (_, i) => offer(i + 1, 20_000)));
  expect(before).toEqual(before.map(() => 'stored'));

  setMaxPayload(SMALL);
  // The server tells nobody of it: it closes the connection over a message that is too large, and says its limit at the next one.
  let next = 100;
  const during: string[] = [];
  await until('the new limit is known', async () => {
    during.push(...(await Promise.all(Array.from({ length: 8 }, () => offer(next++, 20_000)))));
    return link.connection.info?.max_payload === SMALL;
  });
  expect(during).toEqual(during.map(() => 'stored'));
  const had = (await storedMessages()).length;
  const waiting = new Promise<string>((resolve) => {
    onWaiting = resolve;
  });
  const large = offer(50, 100_000);
  const small = Array.from({ length: 9 }, (_, i) => offer(21 + i, 20_000));
  expect(await Promise.all(small)).toEqual(small.map(() => 'stored'));
  expect(await waiting).toMatch(/^nats-server takes no message of 100\d\d\d bytes, its max_payload is 65536: set it to 1048576/);
  expect(payloadProblems(link.connection.info?.max_payload)).toEqual([expect.stringContaining('65536 bytes')]);

  const messages = await storedMessages();
  const after = messages.slice(had);
  for (const { bytes } of after) expect(bytes).toBeLessThanOrEqual(SMALL);
  // Three of 20,000 bytes fit into one: none had to go alone for want of a cut.
  expect(messages.at(-1)?.seqs.length).toBeGreaterThan(1);
  const stored = messages.flatMap(({ seqs }) => seqs);
  const expected = [...before.map((_, i) => i + 1), ...small.map((_, i) => 21 + i), ...during.map((_, i) => 100 + i)];
  expect([...new Set(stored)].sort((a, b) => a - b)).toEqual(expected);

  // What is worth nothing later is left out where the server would not take it: it must not end a stream.
  expect(() => link.sendEphemeral('muster.live.n', Buffer.alloc(100_000))).not.toThrow();

  // Nobody starts anything anew, nor is anything offered: the limit is looked at.
  setMaxPayload(1024 ** 2);
  expect(await large).toBe('stored');
  await until('the old limit is back', () => link.connected && link.connection.info?.max_payload === 1024 ** 2);
  expect(await offer(300, 500_000)).toBe('stored');
  expect(payloadProblems(link.connection.info?.max_payload)).toEqual([]);
  expect(refused).toEqual([]);
});
