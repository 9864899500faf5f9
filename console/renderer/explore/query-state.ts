// The query of the Explore page and its answer; kept while other pages are shown.
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { Store } from '../state/store.ts';
import type { Bounds } from '../state/time-range.ts';
import { fillTime, placeInWords } from './builder/fill-time.ts';
import { isOfWindow } from './result/result-facts.ts';

export const MAX_ROWS = 100_000;
export const TIMEOUT_MS = 20_000;
const MAX_DRAFTS = 50;

export const FIRST_SQL = `-- CPU of the fleet over the time range
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
  ran: { sql: string; bounds: Bounds /** Whether it asked for the window's time. */; ofWindow: boolean } | undefined;
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
  /** The statement of the address that is shown, and what became of each. */
  #address = '';
  readonly #drafts = new Map<string, string>();

  setSql(sql: string): void {
    if (sql === this.state.get().sql) return;
    this.#set({ sql, errorAt: undefined });
    if (this.#address !== '') this.#drafts.set(this.#address, sql);
  }

  /**
   * Shows the statement of an address, as it was left where it was changed since. True where it was never opened here before: going back to an
   * address must neither lose a change nor run anything.
   */
  openAddress(sql: string): boolean {
    if (this.#address === sql) return false;
    this.#address = '';
    const draft = this.#drafts.get(sql);
    this.setSql(draft ?? sql);
    this.#address = sql;
    this.#drafts.delete(sql);
    this.#drafts.set(sql, draft ?? sql);
    for (const oldest of this.#drafts.keys()) if (this.#drafts.size > MAX_DRAFTS) this.#drafts.delete(oldest);
    return draft === undefined;
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
      this.#set({ running: false, result, ran: { sql: filled.sql, bounds, ofWindow: isOfWindow(sql) }, tookMs: performance.now() - began });
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
