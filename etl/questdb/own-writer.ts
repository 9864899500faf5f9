// Stores rows in one of Muster's own tables. A row that the database refuses is set aside alone; a table that takes none is held on to, and named.
import type { EtlEvents } from '../events.ts';
import { OwnRows, ofRows, type PutRow } from './own-rows.ts';
import type { OwnSchema } from './own-schema.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { pauseBefore, untilDone } from './retry.ts';
import { RowSender } from './row-sender.ts';
import type { WriteProblems } from './write-problems.ts';

export interface OwnWriterParts {
  database: Pick<QuestdbHttp, 'write' | 'renewWrites'>;
  schema: Pick<OwnSchema, 'repair'>;
  problems: WriteProblems;
  events: Pick<EtlEvents, 'writeRetried' | 'retried'>;
  signal: AbortSignal;
}

const ROWS_PER_REQUEST = 10_000;

export class OwnWriter<R> {
  readonly #table: string;
  readonly #put: PutRow<R>;
  readonly #parts: OwnWriterParts;
  readonly #sender: RowSender;

  constructor(table: string, put: PutRow<R>, parts: OwnWriterParts) {
    this.#table = table;
    this.#put = put;
    this.#parts = parts;
    this.#sender = new RowSender(parts);
  }

  /** Resolves when every row is stored or was given to `refused`. Waits as long as the table takes none. Throws only `cancelled`. */
  async store(rows: readonly R[], refused: (row: R, words: string) => void): Promise<void> {
    for (let from = 0; from < rows.length; from += ROWS_PER_REQUEST) {
      const block = new OwnRows(this.#table, this.#put, rows.slice(from, from + ROWS_PER_REQUEST), refused);
      if (block.rows > 0) await this.#storeBlock(block, refused);
    }
  }

  async #storeBlock(block: OwnRows<R>, refused: (row: R, words: string) => void): Promise<void> {
    const { database, problems, signal } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const words = await this.#sender.send(block, 0, block.rows);
      if (words === undefined) return;
      // The database keeps a table's columns with each connection: see `renewWrites`.
      database.renewWrites();
      const wrong = await this.#repair();
      if (wrong === undefined) {
        if ((await this.#sender.send(block, 0, block.rows)) === undefined) return;
        return this.#sender.halve(block, 0, block.rows, words, ofRows(block, refused));
      }
      problems.broken(this.#table, wrong);
      await pauseBefore(attempt, signal);
    }
  }

  /** What is wrong with the table and cannot be put right from here; undefined where it is as it must be. */
  #repair(): Promise<string | undefined> {
    const { schema, events, signal } = this.#parts;
    return untilDone(
      () => schema.repair(this.#table),
      (error) => events.retried(`own table ${this.#table}`, error),
      signal,
    );
  }
}
