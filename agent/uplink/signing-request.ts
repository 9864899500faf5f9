// A key and its certificate signing request (PKCS #10, RFC 2986). Six DER items by hand: an X.509 library costs the agent megabytes
// for something it does once in its life.
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { bitString, der, ECDSA_WITH_SHA256, toPem } from '../../core/node/der.ts';

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
  return toPem('CERTIFICATE REQUEST', der(0x30, info, ECDSA_WITH_SHA256, bitString(signature)));
}
