import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { ConnectionState } from '../common/console-api.ts';
import { GatewayLink } from './gateway-link.ts';
import { keepStreaming } from './lasting.ts';

const NODES = { filter: '', intervalMs: 1000 };

const folder = mkdtempSync(join(tmpdir(), 'muster-link-'));
const caFile = join(folder, 'ca.pem');
const strangerFile = join(folder, 'stranger.pem');
const tokenFile = join(folder, 'token');
let server: Server;
let port: number;
let expired: Server;
let expiredPort: number;
let answered = 0;
const links: GatewayLink[] = [];

type Answer = (error: object | null, value?: object) => void;
type Call = { metadata: { get(name: string): unknown[] } };

function refusal({ metadata }: Call): object | null {
  answered++;
  const good = metadata.get('authorization')[0] === 'Bearer good';
  return good ? null : { code: status.UNAUTHENTICATED, details: 'the bearer token is not valid' };
}

beforeAll(async () => {
  const authority = await createAuthority();
  const { certificatePem, keyPem } = await issueServerCertificate(authority, ['localhost']);
  writeFileSync(caFile, authority.certificatePem);
  writeFileSync(strangerFile, (await createAuthority()).certificatePem);
  server = new Server();
  const health = { path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false };
  const raw = (bytes: Buffer): Buffer => bytes;
  const codec = { requestSerialize: raw, requestDeserialize: raw, responseSerialize: raw, responseDeserialize: raw };
  server.addService(
    { Check: { ...health, ...codec } } as never,
    { Check: (_: unknown, answer: Answer) => answer(null, Buffer.alloc(0)) } as never,
  );
  server.addService(serviceDefinition(loadPackage(), 'FleetService'), {
    getNode: (call: Call, answer: Answer) => answer(refusal(call) ?? { code: status.NOT_FOUND, details: 'there is no such node' }),
    watchNodes(call: Call & { emit(name: string, error: object): void; write(message: object): void }) {
      const refused = refusal(call);
      if (refused === null) call.write({ complete: true });
      else call.emit('error', refused);
    },
  } as never);
  const credentials = ServerCredentials.createSsl(null, [{ private_key: Buffer.from(keyPem), cert_chain: Buffer.from(certificatePem) }]);
  port = await bind(server, credentials);
  const old = await issueServerCertificate(authority, ['localhost'], -1);
  expired = new Server();
  expiredPort = await bind(
    expired,
    ServerCredentials.createSsl(null, [{ private_key: Buffer.from(old.keyPem), cert_chain: Buffer.from(old.certificatePem) }]),
  );
});
afterEach(() => {
  for (const link of links.splice(0)) link.stop();
});
afterAll(() => {
  server.forceShutdown();
  expired.forceShutdown();
  rmSync(folder, { recursive: true, force: true });
});

function bind(on: Server, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) =>
    on.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
}

function follow(gateway: string, ca = caFile): { link: GatewayLink; states: ConnectionState[] } {
  const link = new GatewayLink({ gateway, caFile: ca, tokenFile });
  links.push(link);
  const states: ConnectionState[] = [];
  link.onState((state) => states.push(state));
  link.start();
  return { link, states };
}

test('a refused token is never called connected, is not asked about again at once, and a new one is tried as soon as it is there', async () => {
  writeFileSync(tokenFile, 'bad\n');
  answered = 0;
  const { link, states } = follow(`localhost:${port}`);
  keepStreaming(link, 'watchNodes', NODES, () => undefined);
  await vi.waitFor(() => expect(link.state.kind).toBe('refused'), 20_000);
  expect(link.state).toMatchObject({ reason: expect.stringContaining('the bearer token is not valid'), tries: 1 });
  expect('nextTryMs' in link.state && link.state.nextTryMs - Date.now()).toBeGreaterThan(2000);
  expect(() => link.connection()).toThrow(/refuses this console's token/);
  writeFileSync(tokenFile, 'good-but-longer-first\n');
  writeFileSync(tokenFile, 'good\n');
  await vi.waitFor(() => expect(link.state.kind).toBe('connected'), 20_000);
  expect(states.map(({ kind }) => kind).filter((kind, at, all) => kind !== all[at - 1])).toEqual(['refused', 'connected']);
  expect(answered).toBeLessThan(6);
});

test('a stream that waits to be opened again opens nothing on a link that was stopped', async () => {
  writeFileSync(tokenFile, 'good\n');
  const { link } = follow(`localhost:${port}`);
  await vi.waitFor(() => expect(link.state.kind).toBe('connected'), 20_000);
  link.stop();
  expect(link.state.kind).toBe('connecting');
  const end = keepStreaming(link, 'watchNodes', NODES, () => undefined);
  end();
});

test('a token that a stream is refused for ends the connection as a refusal', async () => {
  writeFileSync(tokenFile, 'good\n');
  const { link } = follow(`localhost:${port}`);
  await vi.waitFor(() => expect(link.state.kind).toBe('connected'), 20_000);
  link.refused("the gateway refuses this console's token (it was revoked): check the token file");
  expect(link.state).toMatchObject({ kind: 'refused', reason: expect.stringContaining('it was revoked') });
});

test.each([
  ['localhost', () => expiredPort, () => caFile, 'its certificate has expired'],
  ['127.0.0.1', () => port, () => caFile, 'its certificate is for other names than this address'],
  ['localhost', () => port, () => strangerFile, 'its certificate is not signed by the CA file'],
] as const)('a certificate that does not fit is told by what is wrong with it: %s', async (host, at, ca, words) => {
  const { link } = follow(`${host}:${at()}`, ca());
  await vi.waitFor(() => expect(link.state.kind).toBe('lost'), 20_000);
  expect(link.state).toMatchObject({ reason: expect.stringContaining(words) });
});
