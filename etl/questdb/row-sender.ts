// Sends rows as lines until the database has them, in smaller requests where it is slow, and finds the rows that it does not take.
import { toMusterError } from '../../core/common/muster-error.ts';
import type { EtlEvents } from '../events.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { pauseBefore } from './retry.ts';
import type { WriteProblems } from './write-problems.ts';

/** Rows of one table as lines. */
export interface RowBlock {
  readonly table: string;
  readonly rows: number;
  /** The lines of these rows. */
  slice(from: number, to: number): Buffer;
}

/** A row that the database refuses by itself, with its words. */
export type RowRefused = (row: number, words: string) => void;

export interface RowSenderParts {
  database: Pick<QuestdbHttp, 'write'>;
  events: Pick<EtlEvents, 'writeRetried'>;
  problems: WriteProblems;
  signal: AbortSignal;
}

/** More than two gain nothing (measured): the database applies one table's rows one request after the other. */
const REQUESTS_IN_FLIGHT = 2;
/** A request that takes too long is made anew in halves, down to this: the whole again would only make a slow database slower. */
const LEAST_ROWS = 1000;
const SHOWN = 500;

export class RowSender {
  readonly #parts: RowSenderParts;
  #free = REQUESTS_IN_FLIGHT;
  readonly #waiting: (() => void)[] = [];
  /** Rows of one request: halved by a time-out, doubled by each request of that size that succeeds. */
  #mostRows = Number.POSITIVE_INFINITY;

  constructor(parts: RowSenderParts) {
    this.#parts = parts;
  }

  /** Undefined when all are stored, the database's words when it refuses some for good. Any other outcome is unknown: the same rows go again. */
  async send(block: RowBlock, from: number, to: number): Promise<string | undefined> {
    const { events, problems, signal } = this.#parts;
    let lines: Buffer | undefined;
    for (let attempt = 1; ; attempt++) {
      if (to - from > this.#mostRows) return this.#sendHalves(block, from, to);
      lines ??= block.slice(from, to);
      try {
        const words = await this.#write(lines);
        if (words === undefined) problems.mended(block.table);
        else problems.answered(block.table);
        this.#mostRows = to - from >= this.#mostRows ? this.#mostRows * 2 : this.#mostRows;
        return words;
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        const error = toMusterError(thrown, 'unavailable');
        events.writeRetried(block.table, attempt, error);
        problems.failed(block.table, error.message);
        if (error.code === 'deadline_exceeded') this.#mostRows = Math.max(LEAST_ROWS, Math.min(this.#mostRows, Math.ceil((to - from) / 2)));
      }
      await pauseBefore(attempt, signal);
    }
  }

  /** One bad row makes the database refuse a whole request: each half of what it refused is tried by itself. */
  async halve(block: RowBlock, from: number, to: number, words: string, refused: RowRefused): Promise<void> {
    if (to - from === 1) {
      refused(from, words);
      return;
    }
    const middle = (from + to) >> 1;
    for (const [start, end] of [
      [from, middle],
      [middle, to],
    ] as const) {
      const refusal = await this.send(block, start, end);
      if (refusal !== undefined) await this.halve(block, start, end, refusal, refused);
    }
  }

  async #sendHalves(block: RowBlock, from: number, to: number): Promise<string | undefined> {
    const middle = (from + to) >> 1;
    const first = await this.send(block, from, middle);
    const second = await this.send(block, middle, to);
    return first ?? second;
  }

  async #write(lines: Buffer): Promise<string | undefined> {
    const { status, words } = await this.#inTurn(() => this.#parts.database.write(lines));
    if (status === 204 || status === 200) return undefined;
    if (status === 400 || status === 413) return words.slice(0, SHOWN);
    throw new Error(`QuestDB answers ${status}: ${words.slice(0, 200)}`);
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
