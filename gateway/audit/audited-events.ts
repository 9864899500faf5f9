// What a gateway's events say of tokens, enrolments and refusals goes into the audit too.
import { fault } from '../../core/node/faults.ts';
import type { GatewayEvents } from '../events.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditInput } from './audit-record.ts';

/** Refusals recorded one by one in a minute. A stranger who asks without end must not push the rest out of the audit. */
const REFUSALS_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** The same events; those that an auditor asks for are recorded as well. */
export function auditedEvents(events: GatewayEvents, audit: Pick<AuditLog, 'record'>, now: () => number = Date.now): GatewayEvents {
  const record = (input: AuditInput): void => {
    audit.record(input).catch(fault);
  };
  const refusals = new RefusalLimit(record, now);
  return {
    ...events,
    enrolled(what) {
      events.enrolled(what);
      const { nodeId, name, peer, renewal } = what;
      const text = renewal ? `node ${name} renewed its certificate` : `node ${name} enrolled`;
      record({ kind: 'enrolment', caller: '', text, outcome: 'ok', nodeId, attributes: { name, peer } });
    },
    joinTokenUsed(use) {
      events.joinTokenUsed(use);
      const { tokenId, nodeId, peer, again } = use;
      const text = `join token ${tokenId} was used${again ? ' again by the same machine' : ''}`;
      record({ kind: 'token', caller: `join token ${tokenId}`, text, outcome: 'ok', nodeId, attributes: { token: tokenId, peer } });
    },
    enrolmentRefused(what) {
      events.enrolmentRefused(what);
      const { peer, code, reason } = what;
      refusals.record({
        kind: 'enrolment',
        caller: '',
        text: `enrolment refused: ${reason}`,
        outcome: 'refused',
        attributes: { peer, code },
      });
    },
    tokenCreated(token) {
      events.tokenCreated(token);
      const { id, kind, name, by } = token;
      const text = `${kind} token ${id}${name === '' ? '' : ` (${name})`} created`;
      record({ kind: 'token', caller: by, text, outcome: 'ok', attributes: { token: id, kind, name } });
    },
    tokenRevoked(token) {
      events.tokenRevoked(token);
      const { id, by } = token;
      record({ kind: 'token', caller: by, text: `token ${id} revoked`, outcome: 'ok', attributes: { token: id } });
    },
    callerRefused(refusal) {
      events.callerRefused(refusal);
      const { tokenId, reason } = refusal;
      const text = `a call was refused: its token is ${REASON_WORDS[reason] ?? reason}`;
      refusals.record({ kind: 'token', caller: tokenId, text, outcome: 'refused', attributes: { token: tokenId, reason } });
    },
    identityDuplicated(what) {
      events.identityDuplicated(what);
      const { nodeId, older, newer, reason } = what;
      const text = `two machines use one identity (${older} and ${newer}): ${reason}`;
      refusals.record({ kind: 'node', caller: '', text, outcome: 'refused', nodeId, attributes: { older, newer } });
    },
    identityLocked(what) {
      events.identityLocked(what);
      const { nodeId, peer, reason } = what;
      record({ kind: 'node', caller: '', text: `node ${nodeId} was locked: ${reason}`, outcome: 'refused', nodeId, attributes: { peer } });
    },
  };
}

const REASON_WORDS: Readonly<Record<string, string>> = {
  scope: 'without the scope of the call',
  wrong_secret: 'wrong',
  wrong_kind: 'of another kind',
};

/** Records the first refusals of each minute; of the others only how many there were. */
class RefusalLimit {
  readonly #record: (input: AuditInput) => void;
  readonly #now: () => number;
  #minuteMs = 0;
  #recorded = 0;
  #more = 0;

  constructor(record: (input: AuditInput) => void, now: () => number) {
    this.#record = record;
    this.#now = now;
  }

  record(input: AuditInput): void {
    const now = this.#now();
    if (now - this.#minuteMs >= MINUTE_MS) this.#begin(now);
    if (this.#recorded >= REFUSALS_A_MINUTE) {
      this.#more += 1;
      return;
    }
    this.#recorded += 1;
    this.#record(input);
  }

  #begin(now: number): void {
    if (this.#more > 0) {
      const since = new Date(this.#minuteMs).toISOString();
      const text = `${this.#more} more calls or enrolments were refused in the minute from ${since}`;
      this.#record({ kind: 'token', caller: '', text, outcome: 'refused', attributes: { refusals: String(this.#more) } });
    }
    this.#minuteMs = now;
    this.#recorded = 0;
    this.#more = 0;
  }
}
