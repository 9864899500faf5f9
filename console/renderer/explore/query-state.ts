// The query of the Explore page and its answer; kept while other pages are shown.
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { Store } from '../state/store.ts';
import type { Bounds } from '../state/time-range.ts';
import { fillTime, placeInWords } from './fill-time.ts';

export const MAX_ROWS = 100_000;
export const TIMEOUT_MS = 20_000;

export const FIRST_SQL = `-- CPU of the fleet over the window's time
SELECT timestamp, avg(busy) AS busy, min(busy) AS busy_min, max(busy) AS busy_max
FROM cpu
WHERE cpu = 'total' AND timestamp BETWEEN $from AND $to
SAMPLE BY $step`;

export interface QueryState {
  sql: string;
  running: boolean;
  /** The newest answer; the one before stays while the next is under way. */
  result: QueryResult | undefined;
  /** What gave that answer, with its time filled in. */
  ran: { sql: string; bounds: Bounds } | undefined;
  error: MusterError | undefined;
  /** Where in `sql` the error says something is wrong. */
  errorAt: number | undefined;
  /** When it ran, Unix ms. */
  ranMs: number;
  /** From asking to the whole answer here. */
  tookMs: number;
}

export class QueryRunner {
  readonly state = new Store<QueryState>({
    sql: FIRST_SQL,
    running: false,
    result: undefined,
    ran: undefined,
    error: undefined,
    errorAt: undefined,
    ranMs: 0,
    tookMs: 0,
  });
  #controller: AbortController | undefined;

  setSql(sql: string): void {
    if (sql !== this.state.get().sql) this.#set({ sql, errorAt: undefined });
  }

  async run(api: ConsoleApi, bounds: Bounds): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const { sql } = this.state.get();
    const filled = fillTime(sql, bounds);
    this.#set({ running: true, error: undefined, errorAt: undefined, ranMs: Date.now() });
    const began = performance.now();
    try {
      const result = await api.request('query', { sql: filled.sql, maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS }, controller.signal);
      if (this.#controller !== controller) return;
      this.#set({ running: false, result, ran: { sql: filled.sql, bounds }, tookMs: performance.now() - began });
    } catch (thrown) {
      if (this.#controller !== controller) return;
      const error = toMusterError(thrown);
      const place = error.code === 'invalid_argument' ? placeInWords(error.message) : undefined;
      const errorAt = place === undefined || this.state.get().sql !== sql ? undefined : filled.placeOf(place);
      this.#set({ running: false, error, errorAt, tookMs: performance.now() - began });
    }
  }

  /** False where nothing runs. */
  cancel(): boolean {
    const { running } = this.state.get();
    if (running) this.#controller?.abort();
    return running;
  }

  #set(change: Partial<QueryState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}
