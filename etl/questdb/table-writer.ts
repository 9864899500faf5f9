// Stores chunks of lines: sends the same bytes until the database has them, and finds the rows that it does not take.

import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { EtlEvents } from '../events.ts';
import type { TableChunk } from '../telemetry/table-chunk.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { pauseBefore } from './retry.ts';

// The database commits with `cairo.commit.mode=sync`. Measured with 13 tables of 100 rows a cycle: 88 ms a cycle (11 ms a request) against
// 20 ms with `async`. Sync is quick enough for a cycle each 300 ms, and it survives: with `async` the last ten minutes would have to stay in
// the stream to be replayed after each restart, and a stream that is full of them refuses the agents.

/** More than two gain nothing (measured): the database applies one table's rows one request after the other. */
const REQUESTS_IN_FLIGHT = 2;

/** Asked once per refused request, since somebody may have dropped the table or a column. False where such rows cannot be stored. */
export type RepairSchema = (shape: Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>) => Promise<boolean>;

/** A row that the database refuses by itself, with its words. */
export type RowRejected = (chunk: TableChunk, row: number, words: string) => void;

export class TableWriter {
  readonly #database: QuestdbHttp;
  readonly #repair: RepairSchema;
  readonly #events: EtlEvents;
  readonly #signal: AbortSignal;
  #free = REQUESTS_IN_FLIGHT;
  readonly #waiting: (() => void)[] = [];

  constructor(database: QuestdbHttp, repair: RepairSchema, events: EtlEvents, signal: AbortSignal) {
    this.#database = database;
    this.#repair = repair;
    this.#events = events;
    this.#signal = signal;
  }

  /** Resolves when every row is stored or was given to `rejected`. Throws only `cancelled`. */
  async store(chunk: TableChunk, rejected: RowRejected): Promise<void> {
    if (chunk.rows === 0) return;
    const words = await this.#send(chunk, 0, chunk.rows);
    if (words === undefined) return;
    // Another ETL may have added the column: over the connections that are open, the database refuses it still.
    this.#database.renewWrites();
    if (await this.#repair(chunk.shape)) {
      if ((await this.#send(chunk, 0, chunk.rows)) === undefined) return;
    }
    await this.#halve(chunk, 0, chunk.rows, words, rejected);
  }

  /** One bad row makes the database refuse a whole request: each half is tried by itself. */
  async #halve(chunk: TableChunk, from: number, to: number, words: string, rejected: RowRejected): Promise<void> {
    if (to - from === 1) {
      rejected(chunk, from, words);
      return;
    }
    const middle = (from + to) >> 1;
    for (const [start, end] of [
      [from, middle],
      [middle, to],
    ] as const) {
      const refusal = await this.#send(chunk, start, end);
      if (refusal !== undefined) await this.#halve(chunk, start, end, refusal, rejected);
    }
  }

  /** Undefined when stored, the database's words when refused for good. Any other outcome is unknown: the same rows go again. */
  async #send(chunk: TableChunk, from: number, to: number): Promise<string | undefined> {
    const lines = chunk.slice(from, to);
    for (let attempt = 1; ; attempt++) {
      try {
        const { status, words } = await this.#inTurn(() => this.#database.write(lines));
        if (status === 204 || status === 200) return undefined;
        if (status === 400 || status === 413) return words.slice(0, 500);
        throw new Error(`QuestDB answers ${status}: ${words.slice(0, 200)}`);
      } catch (error) {
        if (this.#signal.aborted) throw error;
        this.#events.writeRetried(chunk.table, attempt, error as Error);
      }
      await pauseBefore(attempt, this.#signal);
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
