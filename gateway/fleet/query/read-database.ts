// QuestDB for the gateway's own questions: the read-only user, a few connections, answers as text.
import pg from 'pg';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { Component } from '../../../core/node/lifecycle.ts';
import { readPasswordFile } from '../../../core/node/start-file.ts';
import { cancelStatement } from './cancel-statement.ts';
import { RowStream } from './row-stream.ts';

export interface QuestdbReaderOptions {
  host: string;
  port: number;
  user: string;
  /** File with the password; empty for none. */
  passwordFile: string;
}

/** One row: each value as the server writes it, or null. */
export type TextRow = readonly (string | null)[];

/** How QuestDB says that a statement takes more than a statement may. */
const TOO_MUCH = /memory (?:limit|exceeded)|too much memory|breached|not enough space in send buffer/i;

const OWN_CONNECTIONS = 2;
const CONNECT_TIMEOUT_MS = 5000;
const IDLE_MS = 60_000;
/** A little more than the database gives a statement: whoever waits longer waits for one that is frozen or cut off. */
const ROWS_WITHIN_MS = 65_000;

export interface ReaderPoolOptions {
  /** How long a connection is kept for nobody; default 60 s. */
  idleMs?: number;
  /** After which the database ends a statement by itself; default its own limit. */
  statementTimeoutMs?: number;
}

/** A pool of at most `max` connections as the read-only user. Errors of idle connections are no errors: the next use makes another. */
export function createReaderPool(
  options: QuestdbReaderOptions,
  max: number,
  { idleMs, statementTimeoutMs }: ReaderPoolOptions = {},
): pg.Pool {
  const pool = new pg.Pool({
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.passwordFile === '' ? '' : readPasswordFile(options.passwordFile, `password of ${options.user} at QuestDB`),
    database: 'qdb',
    application_name: 'muster',
    max,
    idleTimeoutMillis: idleMs ?? IDLE_MS,
    ...(statementTimeoutMs === undefined ? {} : { options: `-c statement_timeout=${statementTimeoutMs}` }),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    allowExitOnIdle: true,
  });
  const ignore = (): void => {
    // The pool drops the connection by itself, and a query under way is told.
  };
  pool.on('error', ignore);
  // A connection in use has no listener of the pool, and an error without one would end the process.
  pool.on('connect', (client) => client.on('error', ignore));
  return pool;
}

/** What was thrown by the client library or sent by the server, as one of ours. `position` in QuestDB counts from 1. */
export function toDatabaseError(thrown: unknown): MusterError {
  if (thrown instanceof MusterError) return thrown;
  const error = thrown as Error & { code?: string; position?: string; severity?: string };
  const words = error instanceof Error ? error.message : String(thrown);
  // Without a severity it did not come from the server: refused, reset, timed out.
  if (error.severity === undefined) return new MusterError('unavailable', `the database does not answer: ${words}`, thrown);
  if (/timeout, query aborted/.test(words))
    return new MusterError('deadline_exceeded', 'the database ended the query at its own time limit', thrown);
  if (TOO_MUCH.test(words)) return new MusterError('limit_exceeded', `the database says: ${words}`, thrown);
  const where = error.position === undefined ? '' : ` at position ${error.position}`;
  return new MusterError('invalid_argument', `the database says: ${words}${where}`, thrown);
}

export class ReadDatabase implements Component {
  readonly name = 'database reader';
  readonly #options: QuestdbReaderOptions;
  #pool: pg.Pool | undefined;

  constructor(options: QuestdbReaderOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#pool = createReaderPool(this.#options, OWN_CONNECTIONS);
  }

  async stop(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  /**
   * All rows of a statement that the gateway made itself; never one of a caller. Throws `unavailable`, `invalid_argument`, and `deadline_exceeded`
   * where it has not ended within `withinMs`.
   */
  async rows(sql: string, withinMs = ROWS_WITHIN_MS): Promise<TextRow[]> {
    if (this.#pool === undefined) throw new MusterError('internal', 'the database reader was used before it was started');
    const untilMs = performance.now() + withinMs;
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    const rows: TextRow[] = [];
    return new Promise((resolve, reject) => {
      let over = false;
      const done = (failure?: Error): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        client.release(failure !== undefined);
        if (failure === undefined) resolve(rows);
        else reject(toDatabaseError(failure));
      };
      const query = new RowStream(sql, { columns: () => undefined, row: (row) => rows.push(row), end: () => done(), error: done });
      const timer = setTimeout(
        () => {
          cancelStatement(this.#options, client);
          done(new MusterError('deadline_exceeded', `the database has not answered within ${withinMs / 1000} s`));
        },
        Math.max(1, untilMs - performance.now()),
      );
      client.query(query);
    });
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
