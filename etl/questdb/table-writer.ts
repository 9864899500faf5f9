// Stores chunks of telemetry: what the database refuses is sent again after a look at its table, then row by row.

import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { EtlEvents } from '../events.ts';
import type { TableChunk } from '../telemetry/table-chunk.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { RowSender } from './row-sender.ts';
import { WriteProblems } from './write-problems.ts';

// The database commits with `cairo.commit.mode=sync`. Measured with 13 tables of 100 rows a cycle: 88 ms a cycle (11 ms a request) against
// 20 ms with `async`. Sync is quick enough for a cycle each 300 ms, and it survives: with `async` the last ten minutes would have to stay in
// the stream to be replayed after each restart, and a stream that is full of them refuses the agents.

/** Asked once per refused request, since somebody may have dropped the table or a column. False where such rows cannot be stored. */
export type RepairSchema = (shape: Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>) => Promise<boolean>;

/** A row that the database refuses by itself, with its words. */
export type RowRejected = (chunk: TableChunk, row: number, words: string) => void;

export class TableWriter {
  readonly #database: QuestdbHttp;
  readonly #repair: RepairSchema;
  readonly #sender: RowSender;

  constructor(database: QuestdbHttp, repair: RepairSchema, events: EtlEvents, signal: AbortSignal, problems = new WriteProblems()) {
    this.#database = database;
    this.#repair = repair;
    this.#sender = new RowSender({ database, events, problems, signal });
  }

  /** Resolves when every row is stored or was given to `rejected`. Throws only `cancelled`. */
  async store(chunk: TableChunk, rejected: RowRejected): Promise<void> {
    if (chunk.rows === 0) return;
    const words = await this.#sender.send(chunk, 0, chunk.rows);
    if (words === undefined) return;
    // Another ETL may have added the column: over the connections that are open, the database refuses it still.
    this.#database.renewWrites();
    if (await this.#repair(chunk.shape)) {
      if ((await this.#sender.send(chunk, 0, chunk.rows)) === undefined) return;
    }
    await this.#sender.halve(chunk, 0, chunk.rows, words, (row, said) => rejected(chunk, row, said));
  }
}
