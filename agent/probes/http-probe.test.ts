import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { Attempts } from './attempts.ts';
import { beginHttp } from './http-probe.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

test('a certificate that is not good ends the sample, closes the connection, and nothing else', async () => {
  const authority = await createAuthority();
  const { certificatePem, keyPem } = await issueServerCertificate(authority, ['127.0.0.1'], 30);
  const https = createServer({ cert: certificatePem, key: keyPem }, (_request, response) => response.end('ok'));
  server = https;
  let open = 0;
  https.on('connection', (socket) => {
    open++;
    socket.on('error', () => undefined).once('close', () => open--);
  });
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://127.0.0.1:${(https.address() as AddressInfo).port}/`);
  const sample = (ca: string | undefined) => {
    const target = { url, addresses: ['127.0.0.2', '127.0.0.1'], ca, expectStatus: undefined, userAgent: 'test' };
    return new Attempts().run(10_000, beginHttp(target));
  };
  for (let times = 0; times < 20; times++) {
    expect(await sample(undefined)).toMatchObject({ up: false, error: 'certificate_invalid' });
    expect(await sample(authority.certificatePem)).toMatchObject({ up: true, status: 200 });
  }
  await expect.poll(() => open).toBe(0);
});
