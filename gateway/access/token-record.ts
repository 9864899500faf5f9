// What the bucket of tokens holds of one token, and what makes one valid.
import { z } from 'zod';
import { SCOPES } from '../../proto/gen/services.ts';

const RECORD = z.object({
  id: z.string(),
  kind: z.enum(['join', 'access']),
  name: z.string(),
  /** SHA-256 of the secret, hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of an access token. */
  scopes: z.array(z.enum(SCOPES)),
  /** Labels that a machine gets which enrols with it. */
  labels: z.record(z.string(), z.string()),
  createdMs: z.number(),
  /** 0 means without end. */
  expiresMs: z.number(),
  /** Of a join token. */
  usesLeft: z.number(),
  revoked: z.boolean(),
  /** The newest enrolments with it: the same machine asking again gets the same identity, and no further use is spent. */
  enrolments: z.array(z.object({ keyHash: z.string(), nodeId: z.string(), atMs: z.number() })),
});

/** One value of the bucket, as JSON, under the token's id. */
export type TokenRecord = z.output<typeof RECORD>;

/** Why a token is not valid. Told to the log, never to the caller. */
export type Invalid = 'malformed' | 'unknown' | 'wrong_kind' | 'wrong_secret' | 'used' | 'expired' | 'revoked';

export function parseTokenRecord(text: string): TokenRecord | undefined {
  try {
    const result = RECORD.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** Why the token may not be used now, undefined where it may. */
export function whyInvalid(record: TokenRecord, nowMs: number): Invalid | undefined {
  if (record.revoked) return 'revoked';
  if (record.expiresMs !== 0 && record.expiresMs <= nowMs) return 'expired';
  return undefined;
}
