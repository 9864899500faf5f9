// What gRPC health says of a gateway, asked as a load balancer asks: it serves only while samples can be acknowledged.
import { readFileSync } from 'node:fs';
import { Client } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelTls } from '../../core/node/channel-credentials.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';

let edge: Edge;
let client: Client;

beforeAll(async () => {
  edge = await startEdge();
  const address = `localhost:${edge.port}`;
  const tls = channelTls(address, readFileSync(edge.caFile));
  client = new Client(address, tls.credentials, tls.options);
});
afterAll(async () => {
  client?.close();
  await edge?.stop();
});

const bytes = (buffer: Buffer): Buffer => buffer;
/** The number of a HealthCheckResponse's status: 1 is SERVING, 2 is NOT_SERVING. */
function health(service = ''): Promise<number | undefined> {
  const request = service === '' ? Buffer.alloc(0) : Buffer.from([0x0a, service.length, ...Buffer.from(service)]);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, request, (error, answer) =>
      error === null ? resolve(answer?.[1]) : reject(error),
    );
  });
}

it('is NOT_SERVING while nats-server is away, and SERVING again by itself', async () => {
  expect(await health()).toBe(1);
  expect(await health('muster.v1.AgentService')).toBe(1);
  await edge.nats.kill();
  await until('NOT_SERVING', async () => (await health()) === 2 && (await health('muster.v1.AgentService')) === 2);
  await edge.nats.restart();
  await until('SERVING', async () => (await health()) === 1, 20_000);
});
