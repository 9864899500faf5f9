import { Client, Server, ServerCredentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelTls } from './channel-credentials.ts';
import { createAuthority, issueServerCertificate } from './tls-authority.ts';

let server: Server;
let port: number;
let ca: Buffer;

/** A server whose certificate names `localhost` and `127.0.0.1`. */
beforeAll(async () => {
  const authority = await createAuthority();
  const { certificatePem, keyPem } = await issueServerCertificate(authority, ['localhost', '127.0.0.1']);
  ca = Buffer.from(authority.certificatePem);
  server = new Server();
  const credentials = ServerCredentials.createSsl(null, [{ private_key: Buffer.from(keyPem), cert_chain: Buffer.from(certificatePem) }]);
  port = await bind(server, credentials);
});
afterAll(() => server.forceShutdown());

function bind(on: Server, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    on.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
}

function connect(address: string, trusted = ca): Promise<unknown> {
  const tls = channelTls(address, trusted);
  const client = new Client(address, tls.credentials, tls.options);
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + 1500, (error) => (error ? reject(error) : resolve('ready')));
  }).finally(() => client.close());
}

it('connects by address and by name, without a warning of Node', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  expect(await connect(`127.0.0.1:${port}`)).toBe('ready');
  expect(await connect(`localhost:${port}`)).toBe('ready');
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

it('refuses a server whose certificate does not name the address', async () => {
  const authority = await createAuthority();
  const { certificatePem, keyPem } = await issueServerCertificate(authority, ['localhost']);
  const pair = { private_key: Buffer.from(keyPem), cert_chain: Buffer.from(certificatePem) };
  const named = new Server();
  const bound = await bind(named, ServerCredentials.createSsl(null, [pair]));
  expect(await connect(`localhost:${bound}`, Buffer.from(authority.certificatePem))).toBe('ready');
  await expect(connect(`127.0.0.1:${bound}`, Buffer.from(authority.certificatePem))).rejects.toThrow();
  named.forceShutdown();
});

it('refuses a server of another authority', async () => {
  const other = await createAuthority();
  await expect(connect(`127.0.0.1:${port}`, Buffer.from(other.certificatePem))).rejects.toThrow();
});
