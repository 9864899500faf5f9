// The heart of the ETL: gathers messages into cycles, decodes a cycle while the one before is written, acknowledges what is stored.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsMsg } from 'nats';
import { toMusterError } from '../core/common/muster-error.ts';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { EtlEvents } from './events.ts';
import type { LedgerTables } from './ledger-tables.ts';
import type { ApplyLag } from './questdb/apply-lag.ts';
import type { TableWriter } from './questdb/table-writer.ts';
import type { DeadLetterStream } from './stream/dead-letter-stream.ts';
import type { ProcessedStream } from './stream/processed-stream.ts';
import { addHistories } from './stream/replayed.ts';
import type { TelemetryConsumer } from './stream/telemetry-consumer.ts';
import { leaveOut, noteAside } from './telemetry/batch-account.ts';
import type { Cycle } from './telemetry/cycle.ts';
import { type DeadLetter, rowLetter } from './telemetry/dead-letter.ts';
import type { NodeCap } from './telemetry/node-cap.ts';
import type { Transform } from './telemetry/transform.ts';

/**
 * How long the first message of a cycle waits for others. Each table of a cycle is a commit that the database syncs and applies (some
 * ms of its CPU each, whatever the rows): few larger cycles cost it far less. Measured with 200 ms under 100 nodes at 1 s: sample to queryable p99 0.46 s, where 2 s are allowed.
 */
const GATHER_MS = 300;
const GATHER_STEP_MS = 20;
/** About 80,000 rows of ten values, in one request where they are of one table. */
const CYCLE_BYTES = 8 * 1024 * 1024;
/** One is written while the next is decoded and waits. */
const CYCLES_IN_FLIGHT = 2;

export interface PipelineParts {
  consumer: TelemetryConsumer;
  transform: Transform;
  tables: TableWriter;
  ledger: LedgerTables;
  deadLetters: DeadLetterStream;
  /** Where other consumers find what was stored; absent where that is off. */
  processed?: Pick<ProcessedStream, 'publish'> | undefined;
  cap: NodeCap;
  /** Whether the database may be given more. */
  lag: Pick<ApplyLag, 'room' | 'release'>;
  events: EtlEvents;
  /** Unix ms. */
  now: () => number;
}

/** What the status tells of the flow. */
export interface PipelineFigures {
  rowsStored: number;
  messagesStored: number;
  newestStoredUs: number;
  /** Rows of the cycle stored last. */
  lastFlushRows?: number;
}

export class Pipeline implements Component {
  readonly name = 'pipeline';
  readonly figures: PipelineFigures = { rowsStored: 0, messagesStored: 0, newestStoredUs: 0 };
  readonly #parts: PipelineParts;
  /** Called after each acknowledged cycle. */
  readonly #stored: () => void;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(parts: PipelineParts, stored: () => void) {
    this.#parts = parts;
    this.#stored = stored;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#running = this.#run();
  }

  /** What is not stored when the writers are cancelled stays unacknowledged and comes again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#parts.lag.release();
    await this.#parts.consumer.stop();
    await this.#running;
    await Promise.allSettled(this.#inFlight);
  }

  /** Resolves when what is being written now is stored, or was given back. */
  async written(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #run(): Promise<void> {
    const { consumer, transform, lag } = this.#parts;
    while (!this.#stopping) {
      await consumer.arrived();
      if (this.#stopping) return;
      for (let ms = 0; ms < GATHER_MS && consumer.waitingBytes < CYCLE_BYTES && !this.#stopping; ms += GATHER_STEP_MS) {
        await sleep(GATHER_STEP_MS);
      }
      while (this.#inFlight.size >= CYCLES_IN_FLIGHT) await Promise.race(this.#inFlight);
      await lag.room();
      const messages = consumer.take(CYCLE_BYTES);
      const startedMs = this.#parts.now();
      try {
        const cycle = await transform.run(
          messages.map((message) => Buffer.from(message.data.buffer, message.data.byteOffset, message.data.length)),
          messages.map((message) => message.redelivered),
        );
        const work = this.#store(cycle, messages, startedMs);
        this.#inFlight.add(work);
        work.finally(() => this.#inFlight.delete(work)).catch(fault);
      } catch (error) {
        // Only a stop ends the wait for the schema.
        consumer.release(messages);
        if (!this.#stopping) this.#parts.events.retried('transform', toMusterError(error));
      }
    }
  }

  async #store(cycle: Cycle, messages: readonly JsMsg[], startedMs: number): Promise<void> {
    const { tables, ledger, deadLetters, processed, consumer, events, now } = this.#parts;
    try {
      await Promise.all([
        ...cycle.chunks.map((chunk) => tables.store(chunk, (rejected, row, words) => reject(cycle, rejected.source(row), words))),
        ledger.storeEvents(cycle),
      ]);
      cycle.release();
      report(cycle.letters, events);
      addHistories(cycle.letters, messages);
      await deadLetters.store(cycle.letters);
      const refused = await ledger.store(cycle, now());
      report(refused, events);
      await deadLetters.store(refused);
      await processed?.publish(cycle.accounts);
      await consumer.acknowledge(messages);
    } catch (error) {
      // Cancelled by a stop: nothing was acknowledged.
      consumer.release(messages);
      if (!this.#stopping) events.retried('store', toMusterError(error));
      return;
    }
    this.#parts.cap.count(cycle.accounts);
    let rows = 0;
    let merged = 0;
    for (const account of cycle.accounts) {
      rows += account.rows - account.badRows - account.mergedRows;
      merged += account.mergedRows;
      this.figures.newestStoredUs = Math.max(this.figures.newestStoredUs, account.batch?.createdUs ?? 0);
    }
    this.figures.rowsStored += rows;
    this.figures.lastFlushRows = rows;
    this.figures.messagesStored += messages.length;
    events.cycleStored({ messages: messages.length, batches: cycle.accounts.length, rows, merged, milliseconds: now() - startedMs });
    this.#stored();
  }
}

function reject(cycle: Cycle, source: ReturnType<Cycle['chunks'][number]['source']>, words: string): void {
  source.account.badRows++;
  leaveOut(source.account, source.frame, source.row);
  noteAside(source.account, 'rejected_by_database', 1, words);
  cycle.letters.push(rowLetter(source.account.delivery, source.frame, source.row, 'rejected_by_database', words));
}

function report(letters: readonly DeadLetter[], events: EtlEvents): void {
  const groups = new Map<string, { letter: DeadLetter; count: number }>();
  for (const letter of letters) {
    const key = `${letter.nodeId}\n${letter.measurement}\n${letter.reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { letter, count: 1 });
    else group.count++;
  }
  for (const { letter, count } of groups.values()) events.setAside(letter.nodeId, letter.measurement, letter.reason, count, letter.detail);
}
