// Publishes what was stored into the stream for other consumers. Storing goes on whatever becomes of it: what the stream may lack is counted and told.
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamClient, type NatsConnection, NatsError } from 'nats';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { PROCESSED_STREAM, type ProcessedFigures } from '../../core/common/streams.ts';
import { type ProcessedLimits, processedPolicy } from '../../core/node/stream-policy.ts';
import { ensureStream } from '../../core/node/streams.ts';
import type { EtlEvents } from '../events.ts';
import type { BatchAccount } from '../telemetry/batch-account.ts';
import { MESSAGE_BYTES, type ProcessedMessage, processedMessages } from './processed-messages.ts';

/** After the patience, further cycles are acknowledged without it for so long; longer with each failure that follows. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;
const AGAIN_MS = 250;
/** Of one cycle: 8 MiB. */
const IN_FLIGHT = 32;
/** Rows that are missed are told for so long after the last of them. */
const TOLD_FOR_MS = 10 * 60_000;
/** Beside the payload, the server counts the headers. */
const HEADER_BYTES = 512;
/** What the server and the client say of a message that is too large: no other attempt would end otherwise. */
const TOO_LARGE = new Set<string | number>([10054, 'MAX_PAYLOAD_EXCEEDED']);

export interface ProcessedStreamParts {
  nc: Pick<NatsConnection, 'jetstream' | 'jetstreamManager' | 'info'>;
  limits: ProcessedLimits;
  events: Pick<EtlEvents, 'processedPublished' | 'processedMissed' | 'processedFailed'>;
  /** Unix ms: of what is told, and of no wait. */
  now: () => number;
  /** For how long a cycle that is stored waits for the stream before it is acknowledged without it. */
  patienceMs: number;
}

export class ProcessedStream {
  readonly #parts: ProcessedStreamParts;
  readonly #jetstream: JetStreamClient;
  readonly #figures: ProcessedFigures = { messages: 0, rows: 0, missedRows: 0 };
  #ensuring: Promise<void> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  /** By a clock that only grows: one that is set back would stop storing for as long. */
  #resumesMs = Number.NEGATIVE_INFINITY;
  /** What the last failure said. */
  #words = '';

  constructor(parts: ProcessedStreamParts) {
    this.#parts = parts;
    this.#jetstream = parts.nc.jetstream();
  }

  get figures(): ProcessedFigures {
    return { ...this.#figures };
  }

  /** A sentence while the stream lately missed rows. */
  get problems(): string[] {
    const { missedRows, missedMs = 0 } = this.#figures;
    if (missedRows === 0 || this.#parts.now() - missedMs > TOLD_FOR_MS) return [];
    const last = new Date(missedMs).toISOString();
    return [
      `the stream ${PROCESSED_STREAM} may lack ${missedRows} rows that were stored since the ETL started, the last at ${last}: ${this.#words}`,
    ];
  }

  /**
   * Call it when the rows of these batches are in the database and before their messages are acknowledged. Resolves when the stream has them, or when
   * the patience is over. Never throws.
   */
  async publish(accounts: readonly BatchAccount[]): Promise<void> {
    const { events } = this.#parts;
    const wanted = accounts.reduce((sum, { batch, problem, rows, badRows }) => sum + (batch && problem === '' ? rows - badRows : 0), 0);
    if (wanted === 0) return;
    if (performance.now() < this.#resumesMs) {
      this.#miss(wanted);
      return;
    }
    let taken = 0;
    try {
      await this.#publishAll(accounts, performance.now() + this.#parts.patienceMs, (rows) => {
        taken += rows;
      });
      this.#pauseMs = FIRST_PAUSE_MS;
    } catch (thrown) {
      const error = toMusterError(thrown, 'unavailable');
      this.#words = error.message;
      this.#resumesMs = performance.now() + this.#pauseMs;
      events.processedFailed(error, this.#pauseMs);
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    }
    // The account's own count and what was cut agree; a difference would be rows that are not in the stream.
    if (taken < wanted) this.#miss(wanted - taken);
  }

  #miss(rows: number): void {
    this.#figures.missedRows += rows;
    this.#figures.missedMs = this.#parts.now();
    this.#parts.events.processedMissed(rows);
  }

  async #publishAll(accounts: readonly BatchAccount[], deadlineMs: number, taken: (rows: number) => void): Promise<void> {
    const maxBytes = (this.#parts.nc.info?.max_payload ?? MESSAGE_BYTES) - HEADER_BYTES;
    const flying = new Set<Promise<void>>();
    let failure: unknown;
    for (const message of processedMessages(accounts, maxBytes)) {
      if (failure !== undefined) break;
      const flight = this.#publish(message, deadlineMs)
        .then((published) => {
          if (published) taken(message.rows);
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => flying.delete(flight));
      flying.add(flight);
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
    }
    await Promise.all(flying);
    if (failure !== undefined) throw failure;
  }

  /** False for one that is too large. Throws when the stream has not taken it by the deadline, which `performance.now()` tells. */
  async #publish({ subject, id, rows, bytes }: ProcessedMessage, deadlineMs: number): Promise<boolean> {
    const { events } = this.#parts;
    if (bytes === undefined) return this.#tooLarge('a row is larger than a message may be');
    for (;;) {
      const leftMs = deadlineMs - performance.now();
      try {
        if (leftMs <= 0) throw new MusterError('deadline_exceeded', `${PROCESSED_STREAM} did not take all of a cycle in time`);
        await this.#ensured(leftMs);
        const { duplicate } = await this.#jetstream.publish(subject, bytes, {
          ...{ msgID: id, timeout: Math.max(1, deadlineMs - performance.now()) },
          // Somebody's own stream of the same subjects would acknowledge it otherwise.
          expect: { streamName: PROCESSED_STREAM },
        });
        if (!duplicate) {
          this.#figures.messages++;
          this.#figures.rows += rows;
          events.processedPublished(rows);
        }
        return true;
      } catch (error) {
        const code = error instanceof NatsError ? (error.api_error?.err_code ?? error.code) : '';
        if (TOO_LARGE.has(code)) return this.#tooLarge(toMusterError(error).message);
        // Somebody may have removed the stream.
        this.#ensuring = undefined;
        if (deadlineMs - performance.now() <= AGAIN_MS) throw error;
      }
      await sleep(AGAIN_MS);
    }
  }

  #tooLarge(words: string): false {
    this.#words = words;
    return false;
  }

  /** Makes the stream and brings it to its limits, once. */
  async #ensured(timeoutMs: number): Promise<void> {
    this.#ensuring ??= this.#ensure(timeoutMs);
    await this.#ensuring;
  }

  async #ensure(timeoutMs: number): Promise<void> {
    const { nc, limits } = this.#parts;
    await ensureStream(await nc.jetstreamManager({ timeout: timeoutMs }), processedPolicy(limits));
  }
}
