// The query of the Explore page and its answer; kept while other pages are shown, with the queries run in this window.
import { type MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { Store } from '../state/store.ts';
import { type Bounds, sampleBy, sampleStepSeconds } from '../state/time-range.ts';

export const MAX_ROWS = 10_000;
export const TIMEOUT_MS = 10_000;
const MAX_HISTORY = 50;
const LEAST_STEP_MS = 1000;

export const FIRST_SQL = `-- CPU of the fleet over the window's time
SELECT timestamp, avg(busy) AS busy, max(busy) AS highest
FROM cpu
WHERE cpu = 'total' AND timestamp BETWEEN $from AND $to
SAMPLE BY $step`;

export interface QueryState {
  sql: string;
  running: boolean;
  /** The newest answer; the one before stays while the next is under way. */
  result: QueryResult | undefined;
  error: MusterError | undefined;
  /** When it ran, Unix ms. */
  ranMs: number;
  /** From asking to the whole answer here. */
  tookMs: number;
  /** Newest first. */
  history: readonly string[];
}

export class QueryRunner {
  readonly state = new Store<QueryState>({
    sql: FIRST_SQL,
    running: false,
    result: undefined,
    error: undefined,
    ranMs: 0,
    tookMs: 0,
    history: [],
  });
  #controller: AbortController | undefined;

  setSql(sql: string): void {
    this.#set({ sql });
  }

  async run(api: ConsoleApi, bounds: Bounds): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const { sql, history } = this.state.get();
    this.#set({
      running: true,
      error: undefined,
      ranMs: Date.now(),
      history: [sql, ...history.filter((other) => other !== sql)].slice(0, MAX_HISTORY),
    });
    const began = performance.now();
    try {
      const args = { sql: fillTime(sql, bounds), maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS };
      const result = await api.request('query', args, controller.signal);
      if (this.#controller === controller) this.#set({ running: false, result, tookMs: performance.now() - began });
    } catch (error) {
      if (this.#controller === controller) {
        this.#set({ running: false, error: toMusterError(error), tookMs: performance.now() - began });
      }
    }
  }

  cancel(): void {
    this.#controller?.abort();
  }

  #set(change: Partial<QueryState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

/** `$from` and `$to` become the ends of the window's time as QuestDB writes times, `$step` a step that suits a chart of it. */
export function fillTime(sql: string, { fromMs, toMs }: Bounds): string {
  const quoted = (ms: number): string => `'${new Date(ms).toISOString()}'`;
  const step = sampleBy(sampleStepSeconds(toMs - fromMs, LEAST_STEP_MS));
  return sql
    .replace(/\$from\b/g, quoted(fromMs))
    .replace(/\$to\b/g, quoted(toMs))
    .replace(/\$step\b/g, step);
}
