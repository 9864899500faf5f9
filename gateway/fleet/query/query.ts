// Answers one query of a caller in frames. Over PostgreSQL, although `/exec` as JSON costs half and Parquet a tenth per row (facts of this
// machine: 2.9, 1.3 and 0.2 µs): only there does QuestDB have a user that cannot write, and HTTP would need the administrator's login.
import { MusterError } from '../../../core/common/muster-error.ts';
import type { Component } from '../../../core/node/lifecycle.ts';
import type { QueryFrame, QueryRequest } from '../../../proto/gen/messages.ts';
import { FrameReader } from './frame-reader.ts';
import { QueryConnections } from './query-connections.ts';
import { type QueryCaller, QueryEnd } from './query-end.ts';
import { guardQuery } from './query-guard.ts';
import { QuerySlots } from './query-slots.ts';
import type { QuestdbReaderOptions } from './read-database.ts';
import { RowStream } from './row-stream.ts';

/** Queries that run at a time, and of one token: one is always left for another. */
const RUNNING = 4;
const RUNNING_OF_TOKEN = 3;
/** A console asks for all charts of a page at once. */
const WAITING_OF_TOKEN = 32;
const DEFAULT_ROWS = 10_000;
const MAX_ROWS = 1_000_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 60_000;

export class QueryRunner implements Component {
  readonly name = 'queries';
  readonly #connections: QueryConnections;
  readonly #slots = new QuerySlots({ total: RUNNING, ofToken: RUNNING_OF_TOKEN, waitingOfToken: WAITING_OF_TOKEN });

  constructor(options: QuestdbReaderOptions) {
    this.#connections = new QueryConnections(options, RUNNING);
  }

  async start(): Promise<void> {
    this.#connections.start();
  }

  stop(): Promise<void> {
    return this.#connections.stop();
  }

  /**
   * The frames of the answer: columns in the first, totals in the last. Whoever takes them slowly holds the database back, for a few seconds.
   * Ending the iteration, the time limit, which counts the waiting and the sending too, and the row limit cancel the query in the database
   * and close its connection at once. Throws `invalid_argument`, `deadline_exceeded`, `resource_exhausted`, `unavailable`, `cancelled`.
   */
  async *run(request: QueryRequest, signal: AbortSignal, caller: QueryCaller): AsyncGenerator<QueryFrame, void> {
    const sql = guardQuery(request.sql);
    const limits = toLimits(request);
    const startedMs = performance.now();
    const end = new QueryEnd({ timeoutMs: limits.timeoutMs, maxTimeoutMs: MAX_TIMEOUT_MS, signal, caller });
    try {
      end.holds(await this.#slots.take(caller.tokenId, end.signal));
      end.begins();
      const connection = await this.#connections.take(limits.timeoutMs, end.signal);
      end.holds((reusable) => connection.release(reusable));
      const reader = new FrameReader(limits.rows, end);
      const rows = new RowStream(sql, reader);
      reader.follow(rows);
      connection.query(rows);
      for (;;) {
        const frame = await reader.next();
        const last = frame.totals;
        if (last) {
          last.elapsedMs = performance.now() - startedMs;
          // A connection that was cut in the middle of an answer is of no further use.
          end.giveBack(!last.truncated);
        }
        end.offers();
        yield frame;
        end.taken();
        if (last) return;
      }
    } finally {
      end.finish();
    }
  }
}

function toLimits(request: QueryRequest): { rows: number; timeoutMs: number } {
  const rows = request.maxRows || DEFAULT_ROWS;
  const timeoutMs = request.timeoutMs || DEFAULT_TIMEOUT_MS;
  if (rows > MAX_ROWS) throw new MusterError('invalid_argument', `max_rows is ${rows}: at most ${MAX_ROWS}`);
  if (timeoutMs > MAX_TIMEOUT_MS) throw new MusterError('invalid_argument', `timeout_ms is ${timeoutMs}: at most ${MAX_TIMEOUT_MS}`);
  return { rows, timeoutMs };
}
