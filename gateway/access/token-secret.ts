// The text of a token: makes it, takes it apart, compares it. Nothing else sees a secret.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type TokenKind = 'join' | 'access';

const FORMAT = /^mst_(join_)?([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** A fresh token: `mst_join_<id>_<random>` or `mst_<id>_<random>`, 256 random bits. The id is not secret. */
export function createSecret(kind: TokenKind): { id: string; secret: string } {
  const id = randomBytes(6).toString('hex');
  return { id, secret: `mst_${kind === 'join' ? 'join_' : ''}${id}_${randomBytes(32).toString('base64url')}` };
}

/** Kind and id of what looks like a token, undefined for anything else. */
export function parseSecret(secret: string): { kind: TokenKind; id: string } | undefined {
  const match = FORMAT.exec(secret);
  return match === null ? undefined : { kind: match[1] === undefined ? 'access' : 'join', id: match[2]! };
}

/** SHA-256 in hex. Enough without a salt or a slow function, as the secret is random and long. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. */
export function matchesHash(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(hash, 'hex'));
}
