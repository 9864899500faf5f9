// The node's identity on disk: its key, its certificate and the CA it trusts. Only the owner may read the key.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';
import { damageOf, readStartFile } from '../../core/node/start-file.ts';

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
 * The identity in the state folder; undefined where the node has not enrolled. Throws `invalid_config`, naming the file, where there is one that
 * cannot be used: enrolling again would make a second node of this machine, which is an operator's decision.
 */
export function loadIdentity(stateDir: string): Identity | undefined {
  const folder = join(stateDir, FOLDER);
  if (!existsSync(join(folder, CERTIFICATE))) return undefined;
  const advice = `restore it, or remove ${folder} to enrol as a new node`;
  const read = (name: string, what: string): Buffer => Buffer.from(readStartFile(join(folder, name), what, advice));
  const key = read(KEY, "this node's key");
  const certificate = read(CERTIFICATE, "this node's certificate");
  const ca = read(CA, "certificate of the fleet's CA");
  try {
    return parseIdentity(key, certificate, ca);
  } catch (error) {
    const words = messageOf(error);
    throw new MusterError(
      'invalid_config',
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

/** When the certificate ends, Unix ms. */
export function endOf({ certificate }: Pick<Identity, 'certificate'>): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}

/** What an operator is told of a certificate that ended; undefined while it lasts. */
export function expiredWords(identity: Pick<Identity, 'certificate'>, nowMs = Date.now()): string | undefined {
  const endMs = endOf(identity);
  if (endMs > nowMs) return undefined;
  return `certificate expired on ${new Date(endMs).toISOString().slice(0, 10)}; re-enrol with a token: write a new one (\`muster token create --join\`) to the file that --join-token-file names`;
}

/** The key of an enrolment that was begun and not finished; undefined where there is none, or none that anybody could have been shown. */
export function loadKey(stateDir: string): string | undefined {
  const path = join(stateDir, FOLDER, KEY);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return damageOf(text) === undefined ? text : undefined;
}

export function saveKey(stateDir: string, pem: string): void {
  makeFolderDurably(join(stateDir, FOLDER));
  writeDurably(join(stateDir, FOLDER, KEY), pem);
}

/** The certificate last: with it the identity is complete. */
export function saveCertificate(stateDir: string, certificatePem: string, caPem: string): void {
  writeDurably(join(stateDir, FOLDER, CA), caPem);
  writeDurably(join(stateDir, FOLDER, CERTIFICATE), certificatePem);
}
