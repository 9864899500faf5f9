// A key and its certificate signing request (PKCS #10, RFC 2986). Six DER items by hand: an X.509 library costs the agent megabytes
// for something it does once in its life.
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** A new EC P-256 key, PKCS #8 PEM. */
export function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** The request for a key, PEM. Its subject is empty: the gateway gives the name. */
export function createSigningRequest(keyPem: string): string {
  const publicKey = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  const version = der(0x02, Buffer.from([0]));
  const subject = der(0x30);
  const attributes = der(0xa0);
  const info = der(0x30, version, subject, publicKey, attributes);
  const signature = sign('sha256', info, keyPem);
  // The leading zero says that no bit of the last byte is unused.
  const request = der(0x30, info, der(0x30, ECDSA_WITH_SHA256), der(0x03, Buffer.from([0]), signature));
  const lines = request.toString('base64').match(/.{1,64}/g) as string[];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}
