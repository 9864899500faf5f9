// The fleet's CA and the gateway's server certificate in the state folder.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { MusterError } from '../../core/common/muster-error.ts';
import { writeDurably } from '../../core/node/durable-file.ts';
import { readStartFile } from '../../core/node/start-file.ts';
import { type Authority, createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import type { StateFolder } from '../state/state-folder.ts';

const RENEW_BEFORE_MS = 30 * 86_400_000;
const RESTORE_CA = 'restore it from a backup; where no agent has enrolled yet, remove the folder it is in, and a new CA is made';

/**
 * Makes the CA when there is none, and the server certificate when there is none, it ends within 30 days, is damaged or lacks a name. A CA that is
 * there is never replaced: every agent trusts it. Throws `invalid_config` that names the file of it that is missing or damaged.
 */
export async function ensureCertificates(state: StateFolder, names: readonly string[] = localNames()): Promise<void> {
  const authority = await ensureAuthority(state);
  const before = serverCertificate(state);
  if (before === 'damaged') state.remade(`${state.tlsCertificateFile} or its key was damaged: a new server certificate was issued`);
  else if (before !== undefined && isGood(before, authority, names)) return;
  const server = await issueServerCertificate(authority, names);
  writeDurably(state.tlsKeyFile, server.keyPem);
  writeDurably(state.tlsCertificateFile, server.certificatePem);
}

async function ensureAuthority(state: StateFolder): Promise<Authority> {
  const { caFile, caKeyFile } = state;
  if (!existsSync(caFile) && !existsSync(caKeyFile)) {
    const authority = await createAuthority();
    // The key first: a certificate without its key would be taken for a CA that lost it.
    writeDurably(caKeyFile, authority.keyPem);
    writeDurably(caFile, authority.certificatePem);
    return authority;
  }
  const keyPem = readStartFile(caKeyFile, "key of the fleet's CA", RESTORE_CA);
  if (!existsSync(caFile)) return await certifyAnew(state, keyPem);
  const certificatePem = readStartFile(caFile, "certificate of the fleet's CA", RESTORE_CA);
  assertPair(state, { certificatePem, keyPem });
  return { certificatePem, keyPem };
}

/** A start that was cut off between key and certificate: with the same key and name, agents that trust an earlier certificate trust this one. */
async function certifyAnew(state: StateFolder, keyPem: string): Promise<Authority> {
  assertKey(state, keyPem);
  const authority = await createAuthority(keyPem);
  writeDurably(state.caFile, authority.certificatePem);
  state.remade(`${state.caFile} was missing: it was made again from the key of the same CA`);
  return authority;
}

function assertKey({ caKeyFile }: StateFolder, keyPem: string): void {
  try {
    createPrivateKey(keyPem);
  } catch (error) {
    throw new MusterError('invalid_config', `${caKeyFile} (key of the fleet's CA) is no key in PEM: ${RESTORE_CA}`, error);
  }
}

function assertPair(state: StateFolder, { certificatePem, keyPem }: Authority): void {
  assertKey(state, keyPem);
  const { caFile, caKeyFile } = state;
  let fits: boolean;
  try {
    fits = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch (error) {
    throw new MusterError('invalid_config', `${caFile} (certificate of the fleet's CA) is no certificate in PEM: ${RESTORE_CA}`, error);
  }
  if (!fits) throw new MusterError('invalid_config', `${caKeyFile} is not the key of ${caFile}: restore both from the same backup`);
}

/** By which names this machine itself calls its gateway. */
export function localNames(): string[] {
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname()])].filter((name) => /^[\w.:-]+$/.test(name));
}

/** The one on disk; undefined where there is none, `damaged` where it and its key cannot be used. */
function serverCertificate(state: StateFolder): X509Certificate | 'damaged' | undefined {
  if (!existsSync(state.tlsCertificateFile) || !existsSync(state.tlsKeyFile)) return undefined;
  try {
    const certificate = new X509Certificate(readFileSync(state.tlsCertificateFile));
    return certificate.checkPrivateKey(createPrivateKey(readFileSync(state.tlsKeyFile))) ? certificate : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isGood(certificate: X509Certificate, authority: Authority, names: readonly string[]): boolean {
  const signed = certificate.verify(new X509Certificate(authority.certificatePem).publicKey);
  const named = names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
  return signed && named && certificate.validToDate.getTime() - Date.now() > RENEW_BEFORE_MS;
}
