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
  /** When the one before was made, Unix ms: tells whether that one is old enough to have left the stream. Absent in the first, and from an older version. */
  prevMs?: number;
  /** Names the key. */
  key: string;
  /** In the first: the newest record in the stream when the gateway started; null where the gateway could not find out. An older version leaves it out where there was none, or where it did not know. */
  after?: AuditAnchor | null;
  mac: string;
}

/** A record by its number in the stream and the hash of its bytes. */
export interface AuditAnchor {
  /** Where the stream held no record: the last number that it had given, or 0. */
  seq: number;
  /** Empty where the stream held no record. */
  hash: string;
  /** When the stream took it, Unix ms; absent from an older version, and where there is no record. */
  timeMs?: number;
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
  #after: AuditAnchor | null = null;
  #n = 0;
  #prev = '';
  #prevMs: number | undefined;

  constructor(key: AuditKey, id: string = randomUUID()) {
    this.id = id;
    this.#key = key;
  }

  /** How many records it has. */
  get length(): number {
    return this.#n;
  }

  /** Before the first record; a chain that is told nothing says so in it. */
  startAfter(anchor: AuditAnchor): void {
    if (this.#n === 0) this.#after = anchor;
  }

  /** The bytes of the next record. */
  next(record: StoredAudit): { n: number; bytes: Buffer } {
    this.#n += 1;
    const place = this.#n === 1 ? { after: this.#after } : { prevMs: this.#prevMs };
    const link = { id: this.id, n: this.#n, prev: this.#prev, key: this.#key.id, ...place };
    const mac = macOf(this.#key, { ...record, chain: link });
    this.#prev = mac;
    this.#prevMs = record.timeMs;
    return { n: this.#n, bytes: Buffer.from(JSON.stringify({ ...record, chain: { ...link, mac } })) };
  }
}

/** JSON keeps the order of names, so that what was parsed has the same text again. */
function macOf({ secret }: AuditKey, record: object): string {
  return createHmac('sha256', secret).update(JSON.stringify(record)).digest('base64url');
}
