import { Client, credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { loadPackage, serviceDefinition } from '../descriptors.ts';
import { FleetClient } from './fleet-client.ts';

const server = new Server();
const deadlines: number[] = [];
let channel: { client: Client; metadata: Metadata };
let fleet: FleetClient;
const NODES = { filter: '', intervalMs: 1000 };

beforeAll(async () => {
  server.addService(serviceDefinition(loadPackage(), 'FleetService'), {
    getNode(call: { request: { node: string }; metadata: Metadata; getDeadline(): number | Date }, answer: (...given: unknown[]) => void) {
      deadlines.push(Number(call.getDeadline()));
      if (call.request.node === 'never') return;
      if (call.request.node === 'missing') answer({ code: status.NOT_FOUND, details: 'there is no node missing' });
      else answer(null, { nodeId: `${call.request.node} ${call.metadata.get('authorization')[0]}` });
    },
    watchNodes(call: { request: { filter: string }; getDeadline(): number | Date; write(message: object): void; end(): void }) {
      deadlines.push(Number(call.getDeadline()));
      call.write({ removed: ['a'] });
      if (call.request.filter !== 'lasting') call.end();
    },
  } as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer x');
  channel = { client: new Client(`127.0.0.1:${port}`, credentials.createInsecure()), metadata };
  fleet = new FleetClient(channel);
});
afterAll(() => {
  fleet.close();
  server.forceShutdown();
});

test('one request has one answer, with the token and a deadline', async () => {
  const before = Date.now();
  expect(await fleet.call('getNode', { node: 'web' }, { timeoutMs: 5000 })).toMatchObject({ nodeId: 'web Bearer x' });
  // The wire carries how long is left.
  expect((deadlines.at(-1) as number) - before).toBeGreaterThan(4000);
  expect((deadlines.at(-1) as number) - before).toBeLessThan(7000);
});

test('a refusal has the code and the words of the gateway', async () => {
  await expect(fleet.call('getNode', { node: 'missing' }, { timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no node missing',
  });
  await expect(fleet.call('getNode', { node: 'never' }, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'deadline_exceeded' });
});

test('a signal cancels the call', async () => {
  const ends = new AbortController();
  const asked = fleet.call('getNode', { node: 'never' }, { timeoutMs: 60_000, signal: ends.signal });
  ends.abort();
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
});

test('a stream has a deadline where one is asked for, and else none', async () => {
  const read = async (timeoutMs?: number): Promise<unknown[]> => {
    const messages: unknown[] = [];
    for await (const message of fleet.open('watchNodes', NODES, timeoutMs)) messages.push(message);
    return messages;
  };
  expect(await read()).toMatchObject([{ removed: ['a'] }]);
  expect(deadlines.at(-1)).toBe(Number.POSITIVE_INFINITY);
  const before = Date.now();
  expect(await read(9000)).toHaveLength(1);
  expect((deadlines.at(-1) as number) - before).toBeGreaterThan(8000);
});

test('a stream just ends with its signal, and throws what ends it otherwise', async () => {
  const ends = new AbortController();
  const messages: unknown[] = [];
  for await (const message of fleet.stream('watchNodes', { ...NODES, filter: 'lasting' }, { timeoutMs: 60_000, signal: ends.signal })) {
    messages.push(message);
    ends.abort();
  }
  expect(messages).toHaveLength(1);
  const lasting = fleet.stream('watchNodes', { ...NODES, filter: 'lasting' }, { timeoutMs: 100 });
  expect((await lasting.next()).value).toMatchObject({ removed: ['a'] });
  await expect(lasting.next()).rejects.toMatchObject({ code: 'deadline_exceeded' });
});

test('what changes something is not even asked where the context forbids it; what reads is', async () => {
  const guarded = new FleetClient(channel, {
    assertMayChange: (change) => {
      throw new MusterError('permission_denied', `${change} is refused`);
    },
  });
  const command = { node: 'web', command: 'ping', arguments: {}, timeoutMs: 1000 };
  await expect(guarded.call('removeNode', { node: 'web' })).rejects.toThrow('removing a node is refused');
  await expect(guarded.stream('runCommand', command).next()).rejects.toThrow('running a command on a node is refused');
  expect(() => guarded.open('runCommand', command)).toThrow('running a command on a node is refused');
  expect(await guarded.call('getNode', { node: 'web' })).toMatchObject({ nodeId: 'web Bearer x' });
});

test('a client may say errors in its own words', async () => {
  const own = new FleetClient(channel, { toError: ({ details }) => new MusterError('unavailable', `own: ${details}`) });
  await expect(own.call('getNode', { node: 'missing' })).rejects.toThrow('own: there is no node missing');
});
