// Tokens: creates, lists and revokes them, lets machines join with them, and tells what a caller may.
// Records live in a KV bucket that every gateway watches, so a revocation holds everywhere at once.

import type { Metadata } from '@grpc/grpc-js';
import type { NatsConnection } from 'nats';
import { MusterError } from '../../core/common/muster-error.ts';
import { TOKENS_BUCKET } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { SCOPES, type Scope } from '../../proto/gen/services.ts';
import { unreadableProblems } from '../bucket-errors.ts';
import { WatchedBucket } from '../watched-bucket.ts';
import type { Caller } from './caller.ts';
import { assertLabelsBind, assertWithinLabels } from './label-bounds.ts';
import { type Ended, type Grant, OpenCalls } from './open-calls.ts';
import { type Invalid, parseTokenRecord, type TokenRecord, whyInvalid } from './token-record.ts';
import { createSecret, hashSecret, matchesHash, parseSecret, type TokenKind } from './token-secret.ts';

export interface NewToken {
  kind: TokenKind;
  /** What people call it. */
  name: string;
  /** Of an access token: at least one. */
  scopes: readonly string[];
  /** 0 means 24 h for a join token and no end for an access token. */
  validSeconds: number;
  /** Of a join token; 0 means 1. */
  uses: number;
  labels: Readonly<Record<string, string>>;
}

/** What a join token gives to the machine that used it. */
export interface JoinGrant {
  tokenId: string;
  labels: Readonly<Record<string, string>>;
  /** `nodeId` as asked, or the one that the same key got before. */
  nodeId: string;
}

/** What is worth knowing of tokens; see events.ts. */
export interface TokenEvents {
  tokenCreated(token: { id: string; kind: TokenKind; name: string; by: string }): void;
  tokenRevoked(token: { id: string; by: string }): void;
  joinTokenUsed(use: { tokenId: string; nodeId: string; peer: string; again: boolean }): void;
  joinTokenRefused(refusal: { tokenId: string; reason: Invalid; peer: string }): void;
  callerRefused(refusal: { tokenId: string; reason: Invalid | 'missing' | 'scope' }): void;
  entryUnreadable(entry: { bucket: string; key: string }): void;
}

export interface TokenStoreOptions {
  connection: NatsConnection;
  /** Content of the operator token file: a bearer token with all scopes. Empty means there is none. */
  operatorToken: string;
  events: TokenEvents;
  now?: () => number;
}

const OPERATOR = 'operator';
const DAY_SECONDS = 86_400;
const MAX_USES = 1_000_000;
/** How many enrolments a token remembers, and how long: between the use of it and the registry's entry a gateway may end. */
const ENROLMENTS_KEPT = 64;
const ENROLMENT_MEMORY_MS = 3_600_000;

const NOT_VALID_JOIN =
  'the join token is not valid: it is unknown, used up, expired or revoked; make another with `muster token create --join`';
const NOT_VALID_BEARER = 'the token is not valid: it is unknown, expired or revoked; make another with `muster token create`';
const NO_BEARER = 'the call has no token: send `authorization: Bearer TOKEN` with it';

export class TokenStore implements Component {
  readonly name = 'tokens';
  readonly #bucket: WatchedBucket<TokenRecord>;
  readonly #events: TokenEvents;
  readonly #operatorHash: string | undefined;
  readonly #now: () => number;
  readonly #open = new OpenCalls({ whyEnded: (tokenId) => this.#whyEnded(tokenId) });

  constructor(options: TokenStoreOptions) {
    this.#events = options.events;
    this.#now = options.now ?? Date.now;
    this.#operatorHash = options.operatorToken === '' ? undefined : hashSecret(options.operatorToken);
    this.#bucket = new WatchedBucket({
      connection: options.connection,
      bucket: TOKENS_BUCKET,
      parse: parseTokenRecord,
      onUnreadable: (key) => options.events.entryUnreadable({ bucket: TOKENS_BUCKET, key }),
      onChange: (id) => this.#open.lookAt(id),
    });
  }

  /** What is wrong with its entries, a sentence each. A token that cannot be read opens nothing. */
  problems(): string[] {
    return unreadableProblems(TOKENS_BUCKET, this.#bucket.unreadable());
  }

  async start(): Promise<void> {
    await this.#bucket.start();
    this.#open.start();
  }

  stop(): Promise<void> {
    this.#open.stop();
    return this.#bucket.stop();
  }

  /** A new token and its secret, which is told this once. Throws `invalid_argument`. */
  async create(wanted: NewToken, by: Pick<Caller, 'name'>): Promise<{ token: TokenRecord; secret: string }> {
    const scopes = checkScopes(wanted);
    assertLabelsBind(scopes, wanted.labels);
    if (wanted.uses > MAX_USES) throw new MusterError('invalid_argument', `uses is ${wanted.uses}: at most ${MAX_USES}`);
    const { id, secret } = createSecret(wanted.kind);
    const join = wanted.kind === 'join';
    const validSeconds = wanted.validSeconds || (join ? DAY_SECONDS : 0);
    const createdMs = this.#now();
    const token: TokenRecord = {
      id,
      kind: wanted.kind,
      name: wanted.name.slice(0, 200),
      hash: hashSecret(secret),
      scopes,
      labels: { ...wanted.labels },
      createdMs,
      expiresMs: validSeconds === 0 ? 0 : createdMs + validSeconds * 1000,
      usesLeft: join ? wanted.uses || 1 : 0,
      revoked: false,
      enrolments: [],
    };
    await this.#bucket.create(id, token);
    this.#events.tokenCreated({ id, kind: token.kind, name: token.name, by: by.name });
    return { token, secret };
  }

  /** All tokens, newest first, revoked and expired ones too. */
  list(): TokenRecord[] {
    return this.#bucket.values().sort((a, b) => b.createdMs - a.createdMs);
  }

  /** Ends a token and the calls that are open under it, on every gateway. Harmless to repeat. Throws `not_found`. */
  async revoke(id: string, by: Pick<Caller, 'name'>): Promise<void> {
    if (!/^[0-9a-f]{12}$/.test(id)) throw new MusterError('not_found', `there is no token ${JSON.stringify(id.slice(0, 40))}`);
    await this.#bucket.swap(id, (token) => {
      if (token === undefined) throw new MusterError('not_found', `there is no token ${id}: list them with \`muster token list\``);
      return token.revoked ? undefined : { ...token, revoked: true };
    });
    this.#open.lookAt(id);
    this.#events.tokenRevoked({ id, by: by.name });
  }

  /**
   * Throws `permission_denied`, with the same words whatever is wrong, where the token cannot be used. Spends nothing; whether uses are
   * left is for `useJoinToken` to say, as it depends on the key. The id of the token.
   */
  async checkJoinToken(secret: string, peer: string): Promise<string> {
    const id = parseSecret(secret)?.id;
    const reason = id === undefined ? 'malformed' : this.#whyNot('join', secret, await this.#bucket.find(id));
    if (reason !== undefined || id === undefined) return this.#refuseJoin(id ?? '', reason ?? 'malformed', peer);
    return id;
  }

  /**
   * Spends one use of a join token. Two machines cannot spend the same one. The machine that spent one and never heard the answer may
   * ask again with the same key: `enrolledWith` names the token that the registry says it enrolled with; where the registry does not know
   * it yet, the token remembers it for an hour. Throws `permission_denied` as above.
   */
  async useJoinToken(
    secret: string,
    use: { keyHash: string; nodeId: string; enrolledWith?: string | undefined; peer: string },
  ): Promise<JoinGrant> {
    const parsed = parseSecret(secret);
    if (parsed === undefined) return this.#refuseJoin('', 'malformed', use.peer);
    let grant: JoinGrant | undefined;
    let reason: Invalid | undefined;
    let again = false;
    await this.#bucket.swap(parsed.id, (record) => {
      grant = undefined;
      const known = use.enrolledWith !== undefined;
      const before = known || record === undefined ? undefined : this.#earlierEnrolment(record, use.keyHash);
      again = before !== undefined || (record !== undefined && use.enrolledWith === record.id);
      reason = this.#whyNotJoin(secret, record, again);
      if (reason !== undefined || record === undefined) return undefined;
      grant = { tokenId: record.id, labels: record.labels, nodeId: before?.nodeId ?? use.nodeId };
      if (again) return undefined;
      const enrolment = { keyHash: use.keyHash, nodeId: use.nodeId, atMs: this.#now() };
      return { ...record, usesLeft: record.usesLeft - 1, enrolments: [...record.enrolments, enrolment].slice(-ENROLMENTS_KEPT) };
    });
    if (grant === undefined) return this.#refuseJoin(parsed.id, reason ?? 'unknown', use.peer);
    this.#events.joinTokenUsed({ tokenId: grant.tokenId, nodeId: grant.nodeId, peer: use.peer, again });
    return grant;
  }

  /** Lets a call in. Throws `unauthenticated` without a valid bearer token, `permission_denied` where it lacks the scope. */
  admit(metadata: Metadata, scope: Scope): Promise<Grant> {
    const header = metadata.get('authorization')[0];
    return this.admitHeader(typeof header === 'string' ? header : undefined, scope);
  }

  /** As `admit`, of the text of an `authorization` header. */
  async admitHeader(header: string | undefined, scope: Scope): Promise<Grant> {
    return this.#open.hold(await this.#authorize(header, scope));
  }

  async #authorize(header: string | undefined, scope: Scope): Promise<Caller> {
    const secret = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    if (secret === undefined) {
      this.#events.callerRefused({ tokenId: '', reason: 'missing' });
      throw new MusterError('unauthenticated', NO_BEARER);
    }
    const caller = await this.#callerOf(secret);
    if (!caller.scopes.includes(scope)) {
      this.#events.callerRefused({ tokenId: caller.tokenId, reason: 'scope' });
      const has = caller.scopes.join(', ') || 'none';
      throw new MusterError('permission_denied', `the call needs the scope ${scope}; token ${caller.name} has ${has}`);
    }
    assertWithinLabels(caller.name, scope, caller.labels);
    return caller;
  }

  async #callerOf(secret: string): Promise<Caller> {
    if (this.#operatorHash !== undefined && matchesHash(secret, this.#operatorHash)) {
      return { tokenId: OPERATOR, name: OPERATOR, scopes: SCOPES, labels: {} };
    }
    const parsed = parseSecret(secret);
    const record = parsed === undefined ? undefined : await this.#bucket.find(parsed.id);
    const reason = parsed === undefined ? 'malformed' : this.#whyNot('access', secret, record);
    if (reason !== undefined || record === undefined) {
      this.#events.callerRefused({ tokenId: parsed?.id ?? '', reason: reason ?? 'unknown' });
      throw new MusterError('unauthenticated', NOT_VALID_BEARER);
    }
    return { tokenId: record.id, name: record.name || record.id, scopes: record.scopes, labels: record.labels };
  }

  /** Of a token that held. The operator's is read at start and holds until the gateway ends. */
  #whyEnded(tokenId: string): Ended | undefined {
    if (tokenId === OPERATOR) return undefined;
    const record = this.#bucket.get(tokenId);
    if (record !== undefined) return whyInvalid(record, this.#now());
    return this.#bucket.isUnreadable(tokenId) ? 'unreadable' : 'unknown';
  }

  #whyNot(kind: TokenKind, secret: string, record: TokenRecord | undefined): Invalid | undefined {
    // The comparison is made for an unknown id too, so that the time taken does not tell which ids exist.
    const matches = matchesHash(secret, record?.hash ?? '0'.repeat(64));
    if (record === undefined) return 'unknown';
    if (!matches) return 'wrong_secret';
    return record.kind === kind ? whyInvalid(record, this.#now()) : 'wrong_kind';
  }

  #whyNotJoin(secret: string, record: TokenRecord | undefined, again: boolean): Invalid | undefined {
    const reason = this.#whyNot('join', secret, record);
    if (reason !== undefined || record === undefined) return reason ?? 'unknown';
    return record.usesLeft > 0 || again ? undefined : 'used';
  }

  #earlierEnrolment(record: TokenRecord, keyHash: string): TokenRecord['enrolments'][number] | undefined {
    const since = this.#now() - ENROLMENT_MEMORY_MS;
    return record.enrolments.find((enrolment) => enrolment.keyHash === keyHash && enrolment.atMs >= since);
  }

  #refuseJoin(tokenId: string, reason: Invalid, peer: string): never {
    this.#events.joinTokenRefused({ tokenId, reason, peer });
    throw new MusterError('permission_denied', NOT_VALID_JOIN);
  }
}

function checkScopes(wanted: NewToken): Scope[] {
  if (wanted.kind === 'join') return [];
  const known: readonly string[] = SCOPES;
  const unknown = wanted.scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined) {
    throw new MusterError('invalid_argument', `scope ${JSON.stringify(unknown.slice(0, 40))} is not known: use ${SCOPES.join(', ')}`);
  }
  if (wanted.scopes.length === 0) throw new MusterError('invalid_argument', `an access token needs a scope: ${SCOPES.join(', ')}`);
  return [...new Set(wanted.scopes)] as Scope[];
}
