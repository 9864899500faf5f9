// What the audit holds of one action, and how it is written into the stream.

/** What the action was about. Bounded: people filter by it. */
export type AuditKind = 'command' | 'config' | 'labels' | 'token' | 'enrolment' | 'node' | 'dead_letters';

/** `begun` where a second record tells how it ended. */
export type AuditOutcome = 'begun' | 'ok' | 'refused' | 'failed';

export interface AuditInput {
  kind: AuditKind;
  /** The token's name; empty where nobody known asked. */
  caller: string;
  /** One sentence. */
  text: string;
  outcome: AuditOutcome;
  /** The node it concerns, if one. */
  nodeId?: string;
  attributes?: Readonly<Record<string, string>>;
}

export interface StoredAudit extends AuditInput {
  /** Unix ms. */
  timeMs: number;
  /** The gateway that wrote it. */
  gateway: string;
}

/** A stranger's words must not make a record large. */
const MAX_TEXT = 1000;
const MAX_ATTRIBUTES = 40;
/** What the chain adds to a record. */
const LINK_BYTES = 1024;

/** As it is stored, within bounds. */
export function toStoredAudit(input: AuditInput, timeMs: number, gateway: string): StoredAudit {
  const attributes = Object.entries(input.attributes ?? {}).slice(0, MAX_ATTRIBUTES);
  return {
    timeMs,
    gateway,
    kind: input.kind,
    caller: input.caller.slice(0, MAX_TEXT),
    text: input.text.slice(0, MAX_TEXT),
    outcome: input.outcome,
    nodeId: input.nodeId ?? '',
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name.slice(0, 100), value.slice(0, MAX_TEXT)])),
  };
}

/** Without its details where nats-server would take no message of its size: one record that can never be stored would hold up all behind it. */
export function fittingAudit(record: StoredAudit, maxBytes = Number.POSITIVE_INFINITY): StoredAudit {
  if (Buffer.byteLength(JSON.stringify(record)) + LINK_BYTES <= maxBytes) return record;
  return { ...record, attributes: { left_out: 'the details are larger than a message may be' } };
}

/** Undefined for what is no record of ours. */
export function decodeAudit(bytes: Uint8Array): StoredAudit | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const record = value as Partial<StoredAudit> | null;
    return typeof record?.timeMs === 'number' && typeof record.text === 'string' ? (record as StoredAudit) : undefined;
  } catch {
    return undefined;
  }
}
