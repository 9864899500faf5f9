// Watches the database: its commit mode, restarts, and tables that it suspended, which it is asked to resume.
import { toMusterError } from '../../core/common/muster-error.ts';
import { parseRollUpView } from '../../core/common/tier-names.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import { ApplyLag } from './apply-lag.ts';
import type { QuestdbHttp } from './questdb-http.ts';

/** What the other parts of the ETL need to know. */
export interface DatabaseState {
  readonly commitMode: string;
  /** Restarts noticed since the start. */
  readonly restarts: number;
}

export interface SuspendedTable {
  table: string;
  /** The database's words. */
  error: string;
  /** Unix ms. */
  sinceMs: number;
  /** RESUMEs tried, and when the next is, Unix ms. */
  attempts: number;
  nextResumeMs: number;
}

const LOOK_MS = 3000;
const FIRST_RESUME_MS = 5000;
const LONGEST_RESUME_MS = 300_000;

/** A suspended table applies nothing, and must not hold up the others. */
export const LAG_BY_TABLE = 'SELECT name, sequencerTxn - writerTxn FROM wal_tables() WHERE NOT suspended AND sequencerTxn > writerTxn';
export const PENDING_ROWS = 'SELECT sum(wal_pending_row_count) FROM tables() WHERE NOT table_suspended';

export class DatabaseWatch implements Component, DatabaseState {
  readonly name = 'database watch';
  readonly #database: QuestdbHttp;
  readonly #events: EtlEvents;
  readonly #suspensions = new Map<string, SuspendedTable>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #startedAt = '';
  commitMode = '';
  restarts = 0;
  /** One sentence while the database does not answer, else empty. */
  problem = '';
  /** What waits to be applied. */
  readonly lag = new ApplyLag();

  constructor(database: QuestdbHttp, events: EtlEvents) {
    this.#database = database;
    this.#events = events;
  }

  async start(): Promise<void> {
    await this.#look();
    if (this.commitMode !== 'sync') this.#events.notDurable(this.commitMode);
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() =>
        this.#look().catch((error: unknown) => {
          this.problem = toMusterError(error).message;
          this.#events.retried('watch', toMusterError(error));
        }),
      );
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    this.lag.release();
  }

  get suspended(): SuspendedTable[] {
    return [...this.#suspensions.values()].map((suspension) => ({ ...suspension }));
  }

  async #look(): Promise<void> {
    const [started] = await this.#database.sql('SELECT pg_postmaster_start_time()');
    const startedAt = String(started?.[0]);
    if (startedAt !== this.#startedAt) await this.#noteStart(startedAt);
    await this.#noteSuspensions();
    await this.#noteLag();
    this.problem = '';
  }

  async #noteStart(startedAt: string): Promise<void> {
    const [mode] = await this.#database.sql("SELECT value FROM (SHOW PARAMETERS) WHERE property_path = 'cairo.commit.mode'");
    this.commitMode = String(mode?.[0] ?? 'unknown');
    if (this.#startedAt !== '') {
      this.restarts++;
      this.#events.databaseRestarted(startedAt);
    }
    this.#startedAt = startedAt;
  }

  async #noteSuspensions(): Promise<void> {
    const rows = await this.#database.sql('SELECT name, errorTag, errorMessage FROM wal_tables() WHERE suspended');
    const nowMs = Date.now();
    const now = new Map(rows.map(([name, tag, message]) => [String(name), [tag, message].filter(Boolean).join(': ')]));
    for (const [table, error] of now) {
      const known = this.#suspensions.get(table);
      if (known !== undefined) {
        known.error = error;
      } else {
        this.#suspensions.set(table, { table, error, sinceMs: nowMs, attempts: 0, nextResumeMs: nowMs + FIRST_RESUME_MS });
        this.#events.tableSuspended(table, error);
      }
    }
    for (const [table, suspension] of this.#suspensions) {
      if (!now.has(table)) {
        this.#suspensions.delete(table);
        this.#events.tableResumed(table);
      } else if (suspension.nextResumeMs <= nowMs) {
        await this.#resume(suspension, nowMs);
      }
    }
  }

  async #noteLag(): Promise<void> {
    const rows = await this.#database.sql(LAG_BY_TABLE);
    const tables = rows.map(([name, transactions]) => ({ table: String(name), transactions: Number(transactions) }));
    const pending = await this.#pendingRows();
    const wasHeld = this.lag.problem !== '';
    this.lag.note(
      tables.filter(({ table }) => parseRollUpView(table) === undefined),
      pending,
    );
    if (!wasHeld && this.lag.problem !== '') this.#events.heldBack(this.lag.problem);
  }

  /** 0 from a database that does not count them (9.3.4 does, since its start). */
  async #pendingRows(): Promise<number> {
    try {
      const [[rows] = [0]] = await this.#database.sql(PENDING_ROWS);
      return Number(rows ?? 0);
    } catch (error) {
      if (toMusterError(error).code !== 'failed_precondition') throw error;
      return 0;
    }
  }

  async #resume(suspension: SuspendedTable, nowMs: number): Promise<void> {
    suspension.attempts++;
    suspension.nextResumeMs = nowMs + Math.min(LONGEST_RESUME_MS, FIRST_RESUME_MS * 2 ** suspension.attempts);
    try {
      const kind = parseRollUpView(suspension.table) === undefined ? 'TABLE' : 'MATERIALIZED VIEW';
      await this.#database.sql(`ALTER ${kind} "${suspension.table}" RESUME WAL`);
    } catch (error) {
      this.#events.retried('resume', toMusterError(error));
    }
  }
}
