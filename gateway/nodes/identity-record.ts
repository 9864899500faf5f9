// Which certificate of a node is the newest, by a number that every renewal raises: a certificate that was copied shows itself by an older
// one. Pure. (As bot generations of Teleport: https://goteleport.com/docs/reference/architecture/machine-id-architecture/)
import type { IdentityRecord } from '../../core/common/registry-entry.ts';

/**
 * How a certificate stands to the newest of its node.
 * - `current`: it is the newest; or, with a number above the known one, the registry has forgotten (it was restored) and learns it again.
 * - `before`: it is the one before, and the newest was never used: the answer of the last renewal was lost.
 * - `superseded`: an operator, or an enrolment with a token, has put newer ones in its place.
 * - `stale`: a newer one is in use, so two machines have the identity.
 */
export type Standing = 'current' | 'before' | 'superseded' | 'stale';

/** `generation` is 0 for a certificate of a time when they had none; it may be renewed as any other. */
export function judgeGeneration(record: IdentityRecord | undefined, generation: number): Standing {
  if (record === undefined || generation >= record.generation) return 'current';
  if (generation === record.generation - 1 && !record.used) return 'before';
  return generation < record.floor ? 'superseded' : 'stale';
}

/** What the registry says once the certificate of this number has been shown. */
export function used(record: IdentityRecord | undefined, generation: number, keyHash: string): IdentityRecord {
  const known = record ?? { generation: 0, used: false, floor: 0, keyHash: '', joinTokenId: '' };
  if (generation < known.generation) return known;
  return { ...known, generation, used: true, keyHash: known.keyHash || keyHash };
}

/** What it says once another certificate is to be issued. One that nobody has used yet is issued again under its number. */
export function next(record: IdentityRecord, keyHash: string): IdentityRecord {
  if (record.generation > 0 && !record.used) return { ...record, keyHash };
  return { ...record, generation: record.generation + 1, used: false, keyHash };
}

/** What it says once a node enrols with a token: what it had before is worth nothing any more. */
export function enrolled(record: IdentityRecord | undefined, keyHash: string, joinTokenId: string): IdentityRecord {
  const issued = next(record ?? { generation: 0, used: true, floor: 0, keyHash, joinTokenId }, keyHash);
  return { ...issued, floor: issued.generation, joinTokenId };
}
