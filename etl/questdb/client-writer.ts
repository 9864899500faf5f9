// Rows of a low-rate table by @questdb/nodejs-client. The client drops the rows of a failed flush and keeps half a row after an
// error, so the rows are ours until they are stored: the same ones are put into a fresh buffer for every attempt.
import { Sender } from '@questdb/nodejs-client';
import { readPasswordFile } from '../../core/node/start-file.ts';
import type { EtlEvents } from '../events.ts';
import type { QuestdbHttpOptions } from './questdb-http.ts';
import { untilDone } from './retry.ts';

/** Puts one row into the sender, from `table` to `at`. */
export type PutRow<R> = (sender: Sender, row: R) => Promise<void> | void;

const ROWS_PER_REQUEST = 10_000;

export class ClientWriter<R> {
  readonly #table: string;
  readonly #put: PutRow<R>;
  readonly #events: EtlEvents;
  readonly #signal: AbortSignal;
  readonly #connection: string;
  #sender: Sender | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(table: string, put: PutRow<R>, options: QuestdbHttpOptions, events: EtlEvents, signal: AbortSignal) {
    this.#table = table;
    this.#put = put;
    this.#events = events;
    this.#signal = signal;
    const password = readPasswordFile(options.passwordFile, `password of ${options.user} at QuestDB`);
    // The protocol is pinned: with `auto` the client asks the server first and throws while it is down. Retries are ours,
    // and only its transport over node:http does without: the other one ends each call after `retry_timeout`.
    this.#connection =
      `http::addr=${new URL(options.url).host};username=${options.user};password=${password.replaceAll(';', ';;')};` +
      'protocol_version=2;auto_flush=off;stdlib_http=on;retry_timeout=0;request_timeout=30000;';
  }

  /** Resolves when all rows are stored. Calls are worked off one after the other. Throws only `cancelled`. */
  store(rows: readonly R[]): Promise<void> {
    const work = this.#turn.then(async () => {
      for (let from = 0; from < rows.length; from += ROWS_PER_REQUEST) {
        const part = rows.slice(from, from + ROWS_PER_REQUEST);
        await untilDone(
          () => this.#flush(part),
          (error, attempt) => this.#events.writeRetried(this.#table, attempt, error),
          this.#signal,
        );
      }
    });
    this.#turn = work.catch(() => {
      // Whoever asked gets the error; the next one must not.
    });
    return work;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#sender?.close();
    this.#sender = undefined;
  }

  async #flush(rows: readonly R[]): Promise<void> {
    this.#sender ??= await Sender.fromConfig(this.#connection);
    try {
      for (const row of rows) await this.#put(this.#sender, row);
      await this.#sender.flush();
    } catch (error) {
      this.#sender.reset();
      throw error;
    }
  }
}
