import { Client, credentials, Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import { callStream, callUnary, fromServiceError } from './gateway-calls.ts';
import type { GatewayConnection } from './gateway-link.ts';

const server = new Server();
const deadlines: number[] = [];
let connection: GatewayConnection;

beforeAll(async () => {
  const fleet = serviceDefinition(loadPackage(), 'FleetService');
  server.addService(fleet, {
    getNode(call: { request: { node: string }; metadata: Metadata; getDeadline(): number | Date }, answer: (...given: unknown[]) => void) {
      deadlines.push(Number(call.getDeadline()));
      if (call.request.node === 'never') return;
      if (call.request.node === 'missing') answer({ code: status.NOT_FOUND, details: 'there is no node missing' });
      else answer(null, { nodeId: `${call.request.node} ${call.metadata.get('authorization')[0]}` });
    },
    watchNodes(call: { getDeadline(): number | Date; write(message: object): void; end(): void }) {
      deadlines.push(Number(call.getDeadline()));
      call.write({ removed: ['a'] });
      call.end();
    },
  } as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer x');
  connection = { client: new Client(`127.0.0.1:${port}`, credentials.createInsecure()), metadata };
});
afterAll(() => {
  connection.client.close();
  server.forceShutdown();
});

test('one request has one answer, with the token and a deadline', async () => {
  const before = Date.now();
  expect(await callUnary(connection, 'GetNode', { node: 'web' }, 5000)).toMatchObject({ nodeId: 'web Bearer x' });
  // The wire carries how long is left.
  expect((deadlines.at(-1) as number) - before).toBeGreaterThan(4000);
  expect((deadlines.at(-1) as number) - before).toBeLessThan(7000);
});

test('a refusal has the code and the words of the gateway', async () => {
  await expect(callUnary(connection, 'GetNode', { node: 'missing' }, 5000)).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no node missing',
  });
  await expect(callUnary(connection, 'GetNode', { node: 'never' }, 30)).rejects.toMatchObject({ code: 'deadline_exceeded' });
});

test('a signal cancels the call', async () => {
  const ends = new AbortController();
  const asked = callUnary(connection, 'GetNode', { node: 'never' }, 60_000, ends.signal);
  ends.abort();
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
});

test('a stream has a deadline where one is asked for, and else none', async () => {
  const read = async (timeoutMs?: number): Promise<unknown[]> => {
    const messages: unknown[] = [];
    for await (const message of callStream(connection, 'WatchNodes', {}, timeoutMs)) messages.push(message);
    return messages;
  };
  expect(await read()).toMatchObject([{ removed: ['a'] }]);
  expect(deadlines.at(-1)).toBe(Number.POSITIVE_INFINITY);
  const before = Date.now();
  expect(await read(9000)).toHaveLength(1);
  expect((deadlines.at(-1) as number) - before).toBeGreaterThan(8000);
});

test('a method that the service does not have is a defect of ours', () => {
  expect(() => callStream(connection, 'Nothing', {})).toThrow('FleetService has no method Nothing');
});

test.each([
  [status.RESOURCE_EXHAUSTED, 'limit_exceeded'],
  [status.UNAVAILABLE, 'unavailable'],
  [status.FAILED_PRECONDITION, 'failed_precondition'],
  [status.ALREADY_EXISTS, 'already_exists'],
  [status.DATA_LOSS, 'internal'],
])('status %i is %s', (code, expected) => {
  const error = fromServiceError({ code, details: '', message: 'words' } as ServiceError);
  expect([error.code, error.message]).toEqual([expected, 'words']);
});
