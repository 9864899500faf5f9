import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Attempts } from './attempts.ts';
import { inTurns } from './connect-any.ts';
import { NameCache } from './name-cache.ts';
import type { ProbeOutcome, ProbeSpec } from './probe-spec.ts';
import { createProber } from './probers.ts';

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers HTTP on 127.0.0.1 alone. */
async function listen(): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ server, sockets });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function probe(spec: Pick<ProbeSpec, 'kind' | 'target' | 'port'>, addresses: readonly string[]): Promise<ProbeOutcome | undefined> {
  const names = new NameCache(
    () => 0,
    async () => addresses,
  );
  const begin = await createProber({ ...spec, name: 'x', interval: 10_000, timeout: 5000, window: 60_000 }, names);
  return new Attempts().run(5000, begin);
}

test.each(['http', 'tcp'] as const)('%s: a name whose first address refuses is up by its second', async (kind) => {
  const { port } = await listen();
  const target = kind === 'http' ? `http://two.test:${port}/` : `two.test:${port}`;
  expect(await probe({ kind, target }, ['127.0.0.2', '127.0.0.1'])).toMatchObject({ up: true, error: '' });
  expect(await probe({ kind, target }, ['::1', '127.0.0.1'])).toMatchObject({ up: true, error: '' });
});

test('where none stands the error that tells most is told', async () => {
  const { port } = await listen();
  expect(await probe({ kind: 'tcp', target: `two.test:${port}` }, ['127.0.0.3', '127.0.0.2'])).toMatchObject({
    up: false,
    error: 'refused',
  });
});

test('in place of an echo the refusal of the first is an answer', async () => {
  const { port } = await listen();
  expect(await probe({ kind: 'icmp', target: 'two.test', port }, ['127.0.0.2'])).toMatchObject({ up: true });
});

test('a sample leaves no connection behind', async () => {
  const { port, sockets } = await listen();
  await probe({ kind: 'tcp', target: `two.test:${port}` }, ['127.0.0.1', '127.0.0.1']);
  await expect.poll(() => sockets.size).toBe(0);
});

test('the families take turns', () => {
  expect(inTurns(['::1', '::2', '10.0.0.1', '10.0.0.2', '10.0.0.3'])).toEqual(['::1', '10.0.0.1', '::2', '10.0.0.2', '10.0.0.3']);
  expect(inTurns(['10.0.0.1'])).toEqual(['10.0.0.1']);
  expect(inTurns(Array.from({ length: 20 }, (_, at) => `10.0.0.${at}`))).toHaveLength(8);
});
