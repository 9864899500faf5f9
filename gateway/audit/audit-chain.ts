// Ties the records that one gateway writes to each other, under a key that the store does not have: whoever holds the store alters, removes or adds
// none unseen. A chain for each start of a gateway, so that none waits for another; its first record names the newest one that was there.
import { createHash, createHmac, createPrivateKey, hkdfSync, randomUUID } from 'node:crypto';
import type { StoredAudit } from './audit-record.ts';

/** What a record says of its place. `mac` covers all the rest of the record. */
export interface ChainLink {
  /** Of the chain. */
  id: string;
  /** From 1. */
  n: number;
  /** The `mac` of the one before; empty in the first. */
  prev: string;
  /** Names the key. */
  key: string;
  /** In the first: the newest record in the stream when the gateway started. */
  after?: AuditAnchor;
  mac: string;
}

/** A record by its number in the stream and the hash of its bytes. */
export interface AuditAnchor {
  seq: number;
  hash: string;
}

export interface AuditKey {
  /** Tells nothing of the key. */
  id: string;
  secret: Uint8Array;
}

/** All gateways of a fleet have the same one: it follows from the key of the fleet's CA, and no store holds that. */
export function auditKey(caKeyPem: string): AuditKey {
  const der = createPrivateKey(caKeyPem).export({ type: 'pkcs8', format: 'der' });
  const secret = new Uint8Array(hkdfSync('sha256', der, '', 'muster audit chain', 32));
  return { id: createHash('sha256').update(secret).digest('hex').slice(0, 16), secret };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** True where the record is as the gateway with this key wrote it. */
export function isAsWritten(key: AuditKey, record: StoredAudit & { chain: ChainLink }): boolean {
  const { mac, ...link } = record.chain;
  return macOf(key, { ...record, chain: link }) === mac;
}

export class AuditChain {
  readonly id: string;
  readonly #key: AuditKey;
  #after: AuditAnchor | undefined;
  #n = 0;
  #prev = '';

  constructor(key: AuditKey, id: string = randomUUID()) {
    this.id = id;
    this.#key = key;
  }

  /** Before the first record. */
  startAfter(anchor: AuditAnchor | undefined): void {
    if (this.#n === 0) this.#after = anchor;
  }

  /** The bytes of the next record. */
  next(record: StoredAudit): { n: number; bytes: Buffer } {
    this.#n += 1;
    const after = this.#n === 1 && this.#after !== undefined ? { after: this.#after } : {};
    const link = { id: this.id, n: this.#n, prev: this.#prev, key: this.#key.id, ...after };
    const mac = macOf(this.#key, { ...record, chain: link });
    this.#prev = mac;
    return { n: this.#n, bytes: Buffer.from(JSON.stringify({ ...record, chain: { ...link, mac } })) };
  }
}

/** JSON keeps the order of names, so that what was parsed has the same text again. */
function macOf({ secret }: AuditKey, record: object): string {
  return createHmac('sha256', secret).update(JSON.stringify(record)).digest('base64url');
}
