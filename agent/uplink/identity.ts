// The node's identity on disk: its key, its certificate and the CA it trusts. Only the owner may read the key.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeStateFolder } from '../state-folder.ts';

export interface Identity {
  nodeId: string;
  key: Buffer;
  certificate: Buffer;
  /** The fleet's CA. */
  ca: Buffer;
}

const FOLDER = 'identity';
const KEY = 'key.pem';
const CERTIFICATE = 'certificate.pem';
const CA = 'ca.pem';

/**
 * The identity in the state folder; undefined where the node has not enrolled. Throws `failed_precondition` where there is one that cannot
 * be used: enrolling again would make a second node of this machine, which is an operator's decision.
 */
export function loadIdentity(stateDir: string): Identity | undefined {
  const folder = join(stateDir, FOLDER);
  if (!existsSync(join(folder, CERTIFICATE))) return undefined;
  try {
    const identity = parseIdentity(...([KEY, CERTIFICATE, CA].map((name) => readFileSync(join(folder, name))) as [Buffer, Buffer, Buffer]));
    return identity;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new MusterError(
      'failed_precondition',
      `identity in ${folder} cannot be used (${words}): restore it, or remove the folder to enrol as a new node`,
      error,
    );
  }
}

/** Throws where the parts do not belong together. */
export function parseIdentity(key: Buffer, certificate: Buffer, ca: Buffer): Identity {
  const parsed = new X509Certificate(certificate);
  const nodeId = /^CN=(.+)$/m.exec(parsed.subject)?.[1];
  if (nodeId === undefined) throw new MusterError('malformed', 'the certificate has no common name');
  const ownKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  if (!ownKey.equals(parsed.publicKey.export({ type: 'spki', format: 'der' }))) {
    throw new MusterError('malformed', 'the certificate belongs to another key');
  }
  return { nodeId, key, certificate, ca };
}

/** The key of an enrolment that was begun and not finished. */
export function loadKey(stateDir: string): string | undefined {
  const path = join(stateDir, FOLDER, KEY);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

export function saveKey(stateDir: string, pem: string): void {
  makeStateFolder(join(stateDir, FOLDER));
  writeDurably(join(stateDir, FOLDER, KEY), pem);
}

/** The certificate last: with it the identity is complete. */
export function saveCertificate(stateDir: string, certificatePem: string, caPem: string): void {
  writeDurably(join(stateDir, FOLDER, CA), caPem);
  writeDurably(join(stateDir, FOLDER, CERTIFICATE), certificatePem);
}

function writeDurably(path: string, text: string): void {
  const fd = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
}
