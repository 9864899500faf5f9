// Writes who did what into the audit stream, in order as long as none fails, and tries again until it is stored.
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { auditSubject } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { DurableStream } from '../publisher/durable-stream.ts';
import { type AuditAnchor, AuditChain, type AuditKey } from './audit-chain.ts';
import { ON_THE_WAY } from './audit-order.ts';
import { type AuditInput, fittingAudit, type StoredAudit, toStoredAudit } from './audit-record.ts';
import type { LiveChain } from './audit-verdict.ts';

export interface AuditLogEvents {
  /** A record could not be written and is tried again. */
  retried(what: { what: 'audit'; error: string }): void;
  /** A record is lost: too many waited, or the gateway ended before it could be written. It is in the log in full. */
  auditLost(record: AuditInput): void;
}

export interface AuditLogOptions {
  stream: DurableStream;
  /** Name of this gateway. */
  gateway: string;
  events: AuditLogEvents;
  /** Of the chain that its records make. */
  key: AuditKey;
  /** The newest record in the stream, for the chain to begin after. */
  newest(): Promise<AuditAnchor>;
  now?: () => number;
}

/** Records that wait while the stream cannot be written. */
const MAX_WAITING = 1000;
/** Sent before the first of them is acknowledged: a crowd of agents that enrols makes two records each. */
const AT_ONCE = ON_THE_WAY;
const RETRY_MS = 1000;
/** How often the stream is asked for its newest record, and how long it has to tell. A chain that begins without leaves unknown what came before. */
const NEWEST_TRIES = 10;
const NEWEST_WITHIN_MS = 6000;
/** How long `stop` waits for what is left. */
const STOP_WITHIN_MS = 2000;

interface Waiting {
  input: AuditInput;
  record: StoredAudit;
  id: string;
  /** Its place in the chain, from its first attempt on. */
  place?: { n: number; bytes: Buffer };
  settle(stored: boolean): void;
}

export class AuditLog implements Component {
  readonly name = 'audit';
  readonly #options: AuditLogOptions;
  readonly #now: () => number;
  /** Unique for this process: the same record sent again is stored once. */
  readonly #prefix: string;
  readonly #chain: AuditChain;
  #stored = 0;
  #storedMs = 0;
  /** The least number that was tried and is not known to be stored: its record was given up. */
  #givenUp = Number.POSITIVE_INFINITY;
  #waiting: Waiting[] = [];
  #count = 0;
  #writing: Promise<void> | undefined;
  /** Resolves when the chain may begin; undefined before the start. */
  #anchored: Promise<void> | undefined;
  #stopped = false;
  #endPause: () => void = () => undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#prefix = `audit-${options.gateway}-${process.pid}-${this.#now()}`;
    this.#chain = new AuditChain(options.key);
  }

  /** What it knows of its own chain. */
  get live(): LiveChain {
    const unknown = this.#waiting.find(({ place }) => place !== undefined)?.place?.n ?? this.#chain.length + 1;
    const through = Math.min(unknown, this.#givenUp) - 1;
    return { id: this.#chain.id, stored: this.#stored, storedMs: this.#storedMs, through };
  }

  /** Records that come meanwhile wait until the chain knows what it begins after. */
  start(): Promise<void> {
    this.#stopped = false;
    this.#anchored = this.#findAnchor();
    this.#write();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
    await Promise.race([this.#writing, limit]);
    this.#stopped = true;
    this.#endPause();
    for (const record of this.#waiting) this.#lose(record);
    this.#waiting = [];
  }

  /** Resolves with true when the record is on disk, with false when it is lost. Never rejects, and need not be awaited. */
  record(input: AuditInput): Promise<boolean> {
    return new Promise((settle) => {
      this.#count += 1;
      if (this.#stopped || this.#waiting.length >= MAX_WAITING) {
        this.#lose({ input, settle });
        return;
      }
      const { stream, gateway } = this.#options;
      const record = fittingAudit(toStoredAudit(input, this.#now(), gateway), stream.maxBytes?.());
      this.#waiting.push({ input, record, id: `${this.#prefix}-${this.#count}`, settle });
      this.#write();
    });
  }

  #write(): void {
    if (this.#writing !== undefined || this.#waiting.length === 0 || this.#anchored === undefined) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    await this.#anchored;
    while (this.#waiting.length > 0 && !this.#stopped) {
      const some = this.#next();
      const failures = (await Promise.all(some.map((record) => this.#writeOne(record)))).filter((error) => error !== undefined);
      if (failures.length > 0) {
        this.#options.events.retried({ what: 'audit', error: failures[0]! });
        await this.#pause();
      }
    }
  }

  /** Those that may be sent now: none is further from the oldest without an answer than a reader of the chain looks back. */
  #next(): Required<Waiting>[] {
    const some: Required<Waiting>[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.place === undefined && this.#chain.length + 1 >= (some[0]?.place.n ?? 0) + AT_ONCE && some.length > 0) break;
      // One that is given up before its first attempt has no place in the chain.
      waiting.place ??= this.#chain.next(waiting.record);
      some.push(waiting as Required<Waiting>);
    }
    return some;
  }

  /** Why it could not be written; undefined where it is. */
  async #writeOne(waiting: Required<Waiting>): Promise<string | undefined> {
    const { input, record, id, place } = waiting;
    try {
      await this.#options.stream.publish(auditSubject(input.nodeId ?? ''), place.bytes, id);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      if (place.n > this.#stored) [this.#stored, this.#storedMs] = [place.n, record.timeMs];
      waiting.settle(true);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #findAnchor(): Promise<void> {
    for (let tries = 0; tries < NEWEST_TRIES && !this.#stopped; tries++) {
      try {
        this.#chain.startAfter(await this.#newest());
        return;
      } catch (error) {
        this.#options.events.retried({ what: 'audit', error: messageOf(error) });
        await this.#pause();
      }
    }
  }

  #newest(): Promise<AuditAnchor> {
    return new Promise((resolve, reject) => {
      const late = new MusterError('deadline_exceeded', 'nats-server does not tell the newest record of the audit');
      setTimeout(() => reject(late), NEWEST_WITHIN_MS).unref();
      this.#options.newest().then(resolve, reject);
    });
  }

  #lose(record: Pick<Waiting, 'input' | 'place' | 'settle'>): void {
    this.#givenUp = Math.min(this.#givenUp, record.place?.n ?? Number.POSITIVE_INFINITY);
    this.#options.events.auditLost(record.input);
    record.settle(false);
  }
}
