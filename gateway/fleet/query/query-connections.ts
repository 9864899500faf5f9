// Connections for callers' queries. QuestDB ends a statement by itself after the time its connection was opened with and after nothing that is
// set later (measured: SET is taken and does nothing), so there is a pool for each of a few time limits.
import type pg from 'pg';
import { MusterError } from '../../../core/common/muster-error.ts';
import { cancelStatement } from './cancel-statement.ts';
import { createReaderPool, type QuestdbReaderOptions, toDatabaseError } from './read-database.ts';
import type { RowStream } from './row-stream.ts';

/** Until the gateway's own limit ends a query; these are for one that the gateway cannot end any more. */
const LIMITS_MS = [1000, 5000, 10_000, 30_000, 60_000];
const IDLE_MS = 5000;

export class QueryConnections {
  readonly #options: QuestdbReaderOptions;
  readonly #max: number;
  #pools: ReadonlyMap<number, pg.Pool> | undefined;

  constructor(options: QuestdbReaderOptions, max: number) {
    this.#options = options;
    this.#max = max;
  }

  start(): void {
    this.#pools = new Map(
      LIMITS_MS.map((limitMs) => [limitMs, createReaderPool(this.#options, this.#max, { idleMs: IDLE_MS, statementTimeoutMs: limitMs })]),
    );
  }

  async stop(): Promise<void> {
    const pools = this.#pools;
    this.#pools = undefined;
    await Promise.all([...(pools?.values() ?? [])].map((pool) => pool.end()));
  }

  /** Rejects with the reason of the signal, and with `unavailable`. */
  async take(timeoutMs: number, signal: AbortSignal): Promise<QueryConnection> {
    const pool = this.#pools?.get(LIMITS_MS.find((limitMs) => limitMs >= timeoutMs) ?? Number.NaN);
    if (pool === undefined) throw new MusterError('unavailable', 'the gateway is stopping');
    const connecting = pool.connect();
    let onAbort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    });
    try {
      return new QueryConnection(await Promise.race([connecting, aborted]), this.#options);
    } catch (error) {
      connecting.then(
        (client) => client.release(),
        () => {
          // It failed, and the caller was told of it or of what came before.
        },
      );
      throw toDatabaseError(error);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

export class QueryConnection {
  readonly #client: pg.PoolClient;
  readonly #options: QuestdbReaderOptions;
  #rows: RowStream | undefined;

  constructor(client: pg.PoolClient, options: QuestdbReaderOptions) {
    this.#client = client;
    this.#options = options;
  }

  query(rows: RowStream): void {
    this.#rows = rows;
    this.#client.query(rows);
  }

  /** Once. A query that still runs is cancelled in the database, which sees a closed connection only between two rows. */
  release(reusable: boolean): void {
    if (this.#rows?.running === true) cancelStatement(this.#options, this.#client);
    this.#client.release(!reusable);
  }
}
