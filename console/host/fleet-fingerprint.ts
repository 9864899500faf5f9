// Which fleet an address leads to, in few letters: the certificate authority is what a fleet cannot change without being another.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const LETTERS = 16;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

/** Of the first certificate in the file, as 16 hexadecimal digits; empty where it cannot be read. */
export function fleetFingerprint(caFile: string): string {
  try {
    const base64 = CERTIFICATE.exec(readFileSync(caFile, 'utf8'))?.[1];
    if (base64 === undefined) return '';
    return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex').slice(0, LETTERS);
  } catch {
    return '';
  }
}
