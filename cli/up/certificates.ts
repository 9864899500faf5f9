// The fleet's CA and the gateway's server certificate in the state folder.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { type StateFolder, writeSecret } from './state-folder.ts';

const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Makes the CA when there is none, and the server certificate when there is none, it ends within 30 days or lacks a name. */
export async function ensureCertificates(state: StateFolder, names: readonly string[] = serverNames()): Promise<void> {
  if (!existsSync(state.caFile) || !existsSync(state.caKeyFile)) {
    const authority = await createAuthority();
    // The key first: a certificate without its key would be taken for a CA on the next start.
    writeSecret(state.caKeyFile, authority.keyPem);
    writeSecret(state.caFile, authority.certificatePem);
  }
  if (existsSync(state.tlsKeyFile) && isGood(state, names)) return;
  const authority = { certificatePem: readFileSync(state.caFile, 'utf8'), keyPem: readFileSync(state.caKeyFile, 'utf8') };
  const server = await issueServerCertificate(authority, names);
  writeSecret(state.tlsKeyFile, server.keyPem);
  writeSecret(state.tlsCertificateFile, server.certificatePem);
}

/** By which names this machine's gateway is called. */
function serverNames(): string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname()])].filter((name) => /^[\w.:-]+$/.test(name));
}

function isGood(state: StateFolder, names: readonly string[]): boolean {
  if (!existsSync(state.tlsCertificateFile)) return false;
  const certificate = new X509Certificate(readFileSync(state.tlsCertificateFile));
  const signed = certificate.verify(new X509Certificate(readFileSync(state.caFile)).publicKey);
  const named = names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
  return signed && named && certificate.validToDate.getTime() - Date.now() > RENEW_BEFORE_MS;
}
