// CPU of the last quarter of an hour, a ring a node: live values as they come, and for rows on screen once the history from the store.
import type { ConsoleApi } from '../../common/console-api.ts';
import { numericColumn, textColumn } from '../../common/query-result.ts';
import { TrendRing } from './trend-ring.ts';

export const TREND_STEPS = 60;
export const TREND_STEP_MS = 15_000;
const MAX_NODES_A_QUERY = 60;
const NODE_ID = /^[0-9a-f-]{36}$/i;

export class CpuTrends {
  readonly #api: ConsoleApi;
  readonly #rings = new Map<string, TrendRing>();
  readonly #filled = new Set<string>();
  #filling = false;
  #wanted: readonly string[] = [];
  #generation = 0;

  constructor(api: ConsoleApi) {
    this.#api = api;
  }

  /** `timeMs` by the gateway's clock: an agent's own may be hours off. */
  add(nodeId: string, timeMs: number, value: number): void {
    this.#ring(nodeId).add(timeMs, value);
  }

  read(nodeId: string, nowMs: number): Float32Array | undefined {
    return this.#rings.get(nodeId)?.read(nowMs);
  }

  /** Another whenever `read` gives something else. */
  stamp(nodeId: string, nowMs: number): string {
    return `${Math.floor(nowMs / TREND_STEP_MS)} ${this.#rings.get(nodeId)?.changes ?? 0}`;
  }

  remove(nodeId: string): void {
    this.#rings.delete(nodeId);
    this.#filled.delete(nodeId);
  }

  /** Another one after `begin`. */
  get generation(): number {
    return this.#generation;
  }

  /** The fleet was heard anew: what came meanwhile is in the store, and is asked for again when rows are shown. */
  begin(): void {
    this.#filled.clear();
    this.#generation++;
  }

  /**
   * Asks the store for the history of those nodes, once each and some at a time; whoever calls while that goes on says which are wanted now. A failed
   * answer ends it, and is asked for again when the rows are next shown.
   */
  async fill(nodeIds: readonly string[], nowMs: number): Promise<void> {
    this.#wanted = nodeIds;
    if (this.#filling) return;
    this.#filling = true;
    try {
      for (;;) {
        const next = this.#wanted.filter((id) => !this.#filled.has(id) && NODE_ID.test(id)).slice(0, MAX_NODES_A_QUERY);
        if (next.length === 0) return;
        if (!(await this.#fillSome(next, nowMs))) return;
      }
    } finally {
      this.#filling = false;
    }
  }

  /** Answers whether it could be read. */
  async #fillSome(wanted: readonly string[], nowMs: number): Promise<boolean> {
    for (const id of wanted) this.#filled.add(id);
    const from = new Date(nowMs - TREND_STEPS * TREND_STEP_MS).toISOString();
    const list = wanted.map((id) => `'${id}'`).join(', ');
    const sql =
      `SELECT timestamp, node_id, avg(busy) AS busy FROM cpu WHERE cpu = 'total' AND node_id IN (${list}) ` +
      `AND timestamp >= '${from}' SAMPLE BY ${TREND_STEP_MS / 1000}s`;
    try {
      const result = await this.#api.request('query', { sql, maxRows: MAX_NODES_A_QUERY * (TREND_STEPS + 2), timeoutMs: 10_000 });
      const times = numericColumn(result, 'timestamp');
      const busy = numericColumn(result, 'busy');
      const ids = textColumn(result, 'node_id');
      for (let row = 0; row < result.rows; row++) {
        const id = ids[row];
        const value = busy?.[row] ?? Number.NaN;
        const timeMs = (times?.[row] ?? Number.NaN) / 1000;
        // A row ahead of now is one of a clock that was wrong: it would empty the ring.
        if (id && timeMs <= nowMs && !Number.isNaN(value)) this.#ring(id).fill(timeMs, value);
      }
      return true;
    } catch {
      // A trend without history starts with the live values; the reason shows where the query is the page's subject.
      for (const id of wanted) this.#filled.delete(id);
      return false;
    }
  }

  #ring(nodeId: string): TrendRing {
    let ring = this.#rings.get(nodeId);
    if (ring === undefined) {
      ring = new TrendRing(TREND_STEPS, TREND_STEP_MS);
      this.#rings.set(nodeId, ring);
    }
    return ring;
  }
}
