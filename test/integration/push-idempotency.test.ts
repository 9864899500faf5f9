// Idempotency keys over a real nats-server: at two gateways, and where a gateway ends between the stream's acknowledgement and its answer.

import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSampleClock } from '../../core/common/sample-clock.ts';
import { telemetrySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { type HttpAnswer, json } from '../../gateway/http/http-answer.ts';
import { createUseStore, FirstUses, type KeyedRequest } from '../../gateway/ingest/first-uses.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';

let nats: NatsHarness;
const connections: NatsConnection[] = [];
beforeAll(async () => {
  nats = await startNats();
  await ensureStreams(await connection(), { streamMaxBytes: 16 * 1024 * 1024, maxAgeHours: 1 });
});
afterAll(async () => {
  for (const one of connections) await one.close();
  await nats?.stop();
});

async function connection(): Promise<NatsConnection> {
  const made = await connectNats(nats.gateway);
  connections.push(made);
  return made;
}

/** What a gateway makes of a request: one message, with the time of its sample. */
async function gateway() {
  const own = await connection();
  const clock = createSampleClock(Date.now);
  const uses = new FirstUses(
    createUseStore(() => own),
    () => clock.reserve(1),
  );
  return async (request: KeyedRequest, answer: (firstUs: number) => HttpAnswer): Promise<HttpAnswer> =>
    uses.once(request, async (firstUs) => {
      await own.jetstream().publish(telemetrySubject(0), Buffer.from(String(firstUs)));
      return answer(firstUs);
    });
}

const request = (key: string, text = '{"v":1}'): KeyedRequest => ({ tokenId: 't', key, route: 'POST /api/push', body: Buffer.from(text) });

async function messages(): Promise<string[]> {
  const own = connections[0] as NatsConnection;
  const manager = await own.jetstreamManager();
  const { state } = await manager.streams.info('TELEMETRY');
  const texts = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++)
    texts.push((await manager.streams.getMessage('TELEMETRY', { seq })).string());
  return texts;
}

it('makes the same sample of the same request where the answer was lost behind the acknowledgement', async () => {
  const [first, second] = [await gateway(), await gateway()];
  await expect(
    first(request('lost'), () => {
      throw new Error('the gateway was killed');
    }),
  ).rejects.toThrow('killed');
  const answer = await second(request('lost'), (firstUs) => json(202, { firstUs }));
  const [one, two] = await messages();
  expect(two).toBe(one);
  expect(answer.body).toBe(`{"firstUs":${one}}\n`);
  const restarted = await gateway();
  expect((await restarted(request('lost'), () => json(202, {}))).body).toBe(answer.body);
  expect(await messages()).toHaveLength(2);
});

it('refuses another body under a key at every gateway', async () => {
  const [first, second] = [await gateway(), await gateway()];
  expect((await first(request('other'), () => json(202, {}))).status).toBe(202);
  expect((await second(request('other', '{"v":99}'), () => json(202, {}))).status).toBe(422);
});

it('says that it cannot serve while the key cannot be kept', async () => {
  const own = await gateway();
  const gone = connections.at(-1) as NatsConnection;
  await gone.close();
  await expect(own(request('away'), () => json(202, {}))).rejects.toMatchObject({ code: 'unavailable' });
});
