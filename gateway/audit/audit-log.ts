// Writes who did what into the audit stream, in order, and tries again until it is stored.
import { auditSubject } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { DurableStream } from '../publisher/durable-stream.ts';
import { type AuditInput, encodeAudit } from './audit-record.ts';

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
  now?: () => number;
}

/** Records that wait while the stream cannot be written. */
const MAX_WAITING = 1000;
const RETRY_MS = 1000;
/** How long `stop` waits for what is left. */
const STOP_WITHIN_MS = 2000;

interface Waiting {
  input: AuditInput;
  payload: Buffer;
  id: string;
  settle(stored: boolean): void;
}

export class AuditLog implements Component {
  readonly name = 'audit';
  readonly #options: AuditLogOptions;
  readonly #now: () => number;
  /** Unique for this process: the same record sent again is stored once. */
  readonly #prefix: string;
  #waiting: Waiting[] = [];
  #count = 0;
  #writing: Promise<void> | undefined;
  #stopped = false;
  #endPause: () => void = () => undefined;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#prefix = `audit-${options.gateway}-${process.pid}-${this.#now()}`;
  }

  async start(): Promise<void> {
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
      const payload = encodeAudit(input, this.#now(), this.#options.gateway);
      const record: Waiting = { input, payload, id: `${this.#prefix}-${this.#count}`, settle };
      if (this.#stopped || this.#waiting.length >= MAX_WAITING) {
        this.#lose(record);
        return;
      }
      this.#waiting.push(record);
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
    for (let record = this.#waiting[0]; record !== undefined && !this.#stopped; record = this.#waiting[0]) {
      try {
        await this.#options.stream.publish(auditSubject(record.input.nodeId ?? ''), record.payload, record.id);
        if (this.#waiting[0] === record) this.#waiting.shift();
        record.settle(true);
      } catch (error) {
        this.#options.events.retried({ what: 'audit', error: error instanceof Error ? error.message : String(error) });
        await this.#pause();
      }
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

  #lose(record: Waiting): void {
    this.#options.events.auditLost(record.input);
    record.settle(false);
  }
}
