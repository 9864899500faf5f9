// Writes who did what into the audit stream, in order as long as none fails, and tries again until it is stored.
import { auditSubject } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { DurableStream } from '../publisher/durable-stream.ts';
import { type AuditAnchor, AuditChain, type AuditKey } from './audit-chain.ts';
import { type AuditInput, toStoredAudit } from './audit-record.ts';
import { type LiveChain, ON_THE_WAY } from './audit-verdict.ts';

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
  newest(): Promise<AuditAnchor | undefined>;
  now?: () => number;
}

/** Records that wait while the stream cannot be written. */
const MAX_WAITING = 1000;
/** Sent before the first of them is acknowledged: a crowd of agents that enrols makes two records each. */
const AT_ONCE = ON_THE_WAY;
const RETRY_MS = 1000;
/** How long `start` waits to be told of the newest record. */
const NEWEST_WITHIN_MS = 2000;
/** How long `stop` waits for what is left. */
const STOP_WITHIN_MS = 2000;

interface Waiting {
  input: AuditInput;
  payload: Buffer;
  id: string;
  /** Its number in the chain. */
  n: number;
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
  #waiting: Waiting[] = [];
  #count = 0;
  #writing: Promise<void> | undefined;
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
    return { id: this.#chain.id, stored: this.#stored };
  }

  async start(): Promise<void> {
    this.#chain.startAfter(await this.#newest());
    this.#stopped = false;
    this.#write();
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
      // One that is lost before has no place in the chain.
      const { n, bytes } = this.#chain.next(toStoredAudit(input, this.#now(), this.#options.gateway));
      this.#waiting.push({ input, payload: bytes, id: `${this.#prefix}-${this.#count}`, n, settle });
      this.#write();
    });
  }

  #write(): void {
    if (this.#writing !== undefined || this.#waiting.length === 0) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      const some = this.#waiting.slice(0, AT_ONCE);
      const failures = (await Promise.all(some.map((record) => this.#writeOne(record)))).filter((error) => error !== undefined);
      if (failures.length > 0) {
        this.#options.events.retried({ what: 'audit', error: failures[0] as string });
        await this.#pause();
      }
    }
  }

  /** Why it could not be written; undefined where it is. */
  async #writeOne(record: Waiting): Promise<string | undefined> {
    try {
      await this.#options.stream.publish(auditSubject(record.input.nodeId ?? ''), record.payload, record.id);
      this.#waiting = this.#waiting.filter((one) => one !== record);
      this.#stored = Math.max(this.#stored, record.n);
      record.settle(true);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
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

  /** Undefined where it is not told in time: the chain begins without. */
  async #newest(): Promise<AuditAnchor | undefined> {
    const limit = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), NEWEST_WITHIN_MS).unref());
    return Promise.race([this.#options.newest().catch(() => undefined), limit]);
  }

  #lose(record: Pick<Waiting, 'input' | 'settle'>): void {
    this.#options.events.auditLost(record.input);
    record.settle(false);
  }
}
