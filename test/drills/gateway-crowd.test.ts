// A thousand agents whose gateway is killed under them: all are back and acknowledged within a minute, none is refused, and they do not
// come all at once.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Identity } from '../../agent/uplink/identity.ts';
import { type Authority, createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { freePorts } from '../harness/ports.ts';
import { type Server, startServer, temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { createCsr } from '../integration/edge/test-agent.ts';
import { createUplinkAgent, type UplinkAgent } from '../integration/edge/uplink-agent.ts';

const AGENTS = 1000;

let nats: NatsHarness;
let gateway: Server;
let agents: UplinkAgent[] = [];

beforeAll(async () => {
  nats = await startNats();
  const authority = await createAuthority();
  const own = await issueServerCertificate(authority, ['localhost', '127.0.0.1']);
  const dir = temporaryFolder('crowd');
  const [port = 0] = await freePorts(1);
  const file = (name: string, text: string) => ({ path: join(dir, name), text });
  const files = [
    file('ca.crt', authority.certificatePem),
    file('ca.key', authority.keyPem),
    file('gateway.crt', own.certificatePem),
    file('gateway.key', own.keyPem),
  ];
  const [ca, caKey, certificate, key] = files.map(({ path }) => path) as [string, string, string, string];
  const args = [
    join(import.meta.dirname, '../../gateway/main.ts'),
    ...['--port', String(port), '--fleet-ca-file', ca, '--fleet-ca-key-file', caKey, '--log-level', 'warn'],
    ...['--tls-certificate-file', certificate, '--tls-key-file', key, '--nats-url', nats.url, '--nats-user', nats.gateway.user],
    ...['--nats-password-file', nats.gateway.passwordFile],
  ];
  gateway = await startServer(
    { name: 'gateway', command: process.execPath, args, folders: [dir], files, readiness: { kind: 'line' } },
    dir,
    true,
  );
  agents = (await createIdentities(authority)).map((identity) => createUplinkAgent(`localhost:${port}`, identity));
});
afterAll(async () => {
  await Promise.all(agents.map(({ uplink }) => uplink.stop()));
  await gateway?.stop();
  await nats?.stop();
});

/** One key for all, and certificates as small as they may be: making a thousand is not what is tested. */
async function createIdentities(authority: Authority): Promise<Identity[]> {
  const { csrPem, keyPem } = await createCsr();
  const { publicKey } = new x509.Pkcs10CertificateRequest(csrPem);
  const [der = new ArrayBuffer()] = x509.PemConverter.decode(authority.keyPem);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const signingKey = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  const { subjectName: issuer } = new x509.X509Certificate(authority.certificatePem);
  const [key, ca] = [Buffer.from(keyPem), Buffer.from(authority.certificatePem)];
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ];
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 3_600_000) };
  const common = { issuer, publicKey, signingKey, signingAlgorithm: algorithm, extensions, ...validity };
  return await Promise.all(
    Array.from({ length: AGENTS }, async () => {
      const nodeId = randomUUID();
      const subject = [{ CN: [nodeId] }];
      const certificate = await x509.X509CertificateGenerator.create({ ...common, subject });
      return { nodeId, key, ca, certificate: Buffer.from(certificate.toString('pem')) };
    }),
  );
}

const unacknowledged = (): number => agents.reduce((sum, { spool }) => sum + spool.status().batches, 0);

it('has a thousand agents acknowledged again within 60 s after its gateway was killed, none refused (27)', {
  timeout: 180_000,
}, async () => {
  for (const agent of agents) {
    agent.append();
    await agent.uplink.start();
  }
  await until('a thousand acknowledgements', () => unacknowledged() === 0, 120_000);
  await gateway.kill();
  for (const agent of agents) agent.append();
  await until('everybody to notice', () => agents.every(({ ends }) => ends.length > 0), 30_000);
  await gateway.restart();
  const backMs = Date.now();
  await until('a thousand acknowledgements', () => unacknowledged() === 0, 60_000);
  const tookMs = Date.now() - backMs;
  expect(tookMs).toBeLessThan(60_000);
  expect(agents.flatMap(({ refused }) => refused)).toEqual([]);
  // UNAVAILABLE, or cancelled with the connection: nobody was turned away.
  expect(
    [...new Set(agents.flatMap(({ ends }) => ends.map((end) => end.status ?? 0)))].filter((code) => ![0, 1, 13, 14].includes(code)),
  ).toEqual([]);
  const arrivals = agents.map(({ welcomes }) => welcomes.at(-1) as number).sort((a, b) => a - b);
  const spreadMs = (arrivals[AGENTS * 0.95] as number) - (arrivals[AGENTS * 0.05] as number);
  expect(spreadMs).toBeGreaterThan(500);
  process.stdout.write(
    `${AGENTS} agents: all acknowledged ${tookMs} ms after the restart, nine in ten within ${spreadMs} ms of each other\n`,
  );
});
