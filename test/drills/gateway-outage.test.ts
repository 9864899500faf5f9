// When nats-server dies or its stream is full: nothing that was acknowledged is missing, nothing needs a hand afterwards.
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NODES_BUCKET, PRESENCE_BUCKET, type PresenceEntry, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from '../integration/edge/edge.ts';
import { createIdentity, TestStream } from '../integration/edge/test-agent.ts';

const STREAM_MAX_BYTES = 16 * 1024 ** 2;
const BATCH = Buffer.alloc(64 * 1024, 7);
const WINDOW = 32;

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge(['--stream-max-bytes', String(STREAM_MAX_BYTES)]);
});
afterAll(() => edge?.stop());

/** Keeps the window full, from number 1, until told to stop or the test ends. */
function sendOn(stream: TestStream, batch: Buffer): { readonly sent: number; stop(): void } {
  let sent = 0;
  stream.hello(1);
  const timer = setInterval(() => {
    while (sent < stream.acked + WINDOW) stream.batch(++sent, batch);
  }, 5);
  onTestFinished(() => clearInterval(timer));
  return {
    get sent() {
      return sent;
    },
    stop: () => clearInterval(timer),
  };
}

describe('a gateway', () => {
  it('has everything it acknowledged in the stream after kill -9 of nats-server in the middle of publishing, and goes on by itself', async () => {
    const nodes = await Promise.all(Array.from({ length: 4 }, () => createIdentity(edge)));
    const streams = nodes.map((node) => new TestStream(edge, node));
    // Small, so that all rounds together are far from filling the stream.
    const senders = streams.map((stream) => sendOn(stream, Buffer.alloc(50, 1)));
    for (let round = 0; round < 3; round++) {
      const goal = (streams[0]?.acked ?? 0) + 200;
      await until('progress', () => streams.every((stream) => stream.acked >= goal));
      await edge.nats.kill();
      const ackedAtDeath = streams.map((stream) => stream.acked);
      await edge.nats.restart();
      await until('progress after the restart', () => streams.every((stream, i) => stream.acked > (ackedAtDeath[i] as number) + WINDOW));
    }
    for (const sender of senders) sender.stop();
    await until('the last acknowledgement', () => streams.every((stream, i) => stream.acked === senders[i]?.sent));
    await until('the connection of the test itself', () => edge.connection.flush().then(() => true));
    const deliveries = await edge.deliveries();
    nodes.forEach((node, i) => {
      const stored = deliveries.filter((delivery) => delivery.nodeId === node.nodeId).map((delivery) => delivery.seq);
      const acked = streams[i]?.acked as number;
      expect(new Set(stored).size).toBe(acked);
      // Within the stream's dedupe window a message sent again is stored once.
      expect(stored).toHaveLength(acked);
      expect(Math.max(...stored)).toBe(acked);
    });
    // Presence lives in the server's memory: it was said again.
    const kv = await edge.connection.jetstream().views.kv(PRESENCE_BUCKET, { bindOnly: true });
    await until('presence', async () => (await kv.get(nodes[0]?.nodeId ?? ''))?.json<PresenceEntry>().gateway === 'gateway-1');
    // And the gateway still watches the registry.
    const registry = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
    await registry.delete(nodes[1]?.nodeId ?? '');
    expect((await streams[1]?.ended)?.code).toBe(status.PERMISSION_DENIED);
    for (const stream of streams) stream.close();
  });

  it('makes agents wait while the stream is full, loses nothing, and goes on by itself after space is freed (30)', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    const sender = sendOn(stream, BATCH);
    await until('a full stream', async () => (await edge.count('publishes_total', { outcome: 'stream_full' })) > 0);
    const stuckAt = await until('a standstill', async () => {
      const before = stream.acked;
      const failures = await edge.count('publishes_total', { outcome: 'stream_full' });
      await until('another attempt', async () => (await edge.count('publishes_total', { outcome: 'stream_full' })) > failures + 1);
      return stream.acked === before && before > 0 ? before : undefined;
    });
    expect(sender.sent).toBeLessThanOrEqual(stuckAt + WINDOW);
    const before = (await edge.deliveries()).filter((delivery) => delivery.nodeId === node.nodeId).map((delivery) => delivery.seq);
    expect(before.slice(0, stuckAt)).toEqual(Array.from({ length: stuckAt }, (_, i) => i + 1));

    const freedMs = Date.now();
    await edge.manager.streams.purge(TELEMETRY_STREAM);
    await stream.untilAcked(stuckAt + WINDOW, 60_000);
    expect(Date.now() - freedMs).toBeLessThan(60_000);
    sender.stop();
    const goal = sender.sent;
    await edge.manager.streams.purge(TELEMETRY_STREAM);
    await stream.untilAcked(goal, 60_000);
    stream.close();
  });

  it('says what is wrong while its stream is missing, and goes on when it is back', async () => {
    const node = await createIdentity(edge);
    await edge.manager.streams.delete(TELEMETRY_STREAM);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    stream.batch(1);
    await until('the word', () => edge.log.some((line) => line['detail'] === 'no stream takes the subject of telemetry'));
    expect(stream.acked).toBe(0);
    await ensureStreams(edge.connection, { streamMaxBytes: STREAM_MAX_BYTES, maxAgeHours: 72 });
    await stream.untilAcked(1);
    stream.close();
  });
});
