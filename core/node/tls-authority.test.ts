import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, createNodeIssuer, issueServerCertificate } from './tls-authority.ts';

const NODE_ID = '7b0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01';

describe('the fleet CA', () => {
  let authority: Authority;
  let folder: string;
  let csrPem: string;

  beforeAll(async () => {
    authority = await createAuthority();
    folder = mkdtempSync(join(tmpdir(), 'muster-tls-'));
    execFileSync(
      'openssl',
      ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes', '-keyout', 'k', '-out', 'r', '-subj', '/CN=x'],
      { cwd: folder, stdio: 'ignore' },
    );
    csrPem = readFileSync(join(folder, 'r'), 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is self-signed, marked as a CA, and its key fits', () => {
    const certificate = new X509Certificate(authority.certificatePem);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(authority.keyPem))).toBe(true);
  });

  it('issues a server certificate for names and addresses', async () => {
    const server = await issueServerCertificate(authority, ['localhost', '127.0.0.1', '::1']);
    const certificate = new X509Certificate(server.certificatePem);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(new X509Certificate(authority.certificatePem).publicKey)).toBe(true);
  });

  it('issues a client certificate whose name is the node id, begun in the past, whatever the request says', async () => {
    const issued = await createNodeIssuer(authority)(NODE_ID, csrPem);
    const certificate = new X509Certificate(issued.certificatePem);
    expect(certificate.subject).toBe(`CN=${NODE_ID}`);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - 60_000);
    expect(issued.notAfter.getTime()).toBe(Date.parse(certificate.validTo));
    expect(certificate.checkIssued(new X509Certificate(authority.certificatePem))).toBe(true);
  });

  it('refuses to issue a server certificate without a name', async () => {
    await expect(issueServerCertificate(authority, [])).rejects.toThrow('needs at least one name');
  });
});
