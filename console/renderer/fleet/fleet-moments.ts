// The fleet at moments of the past: the newest values before each, from the store. Read once and kept for a while, so that play and the
// slider find them there.
import { stateUnderMaintenance } from '../../../core/common/maintenance.ts';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { type FleetStore, NO_COUNTS, type StateCounts } from '../state/fleet-store.ts';
import { momentQueries, takeAnswer, type ValuesThen, valuesOf } from './moment-values.ts';
import { patience } from './patience.ts';
import { withoutTable } from './without-table.ts';

export interface FleetMoment {
  nodes: ReadonlyMap<string, FleetNode>;
  counts: StateCounts;
  asOfMs: number;
  loading: boolean;
  /** Why it could not be read; empty when it could. */
  problem: string;
}

/** How far before the moment a sample may lie and still stand for it. */
const REACH_MS = 120_000;
const MAX_ROWS = 100_000;
/** A moment of 10,000 nodes holds some megabytes. */
const MAX_KEPT = 8;

export class FleetMoments {
  readonly #api: ConsoleApi;
  readonly #fleet: FleetStore;
  readonly #kept = new Map<number, Promise<FleetMoment>>();
  readonly #ready = new Map<number, FleetMoment>();

  constructor(api: ConsoleApi, fleet: FleetStore) {
    this.#api = api;
    this.#fleet = fleet;
  }

  /** What is there already. */
  get(momentMs: number): FleetMoment | undefined {
    return this.#ready.get(momentMs);
  }

  /** Never rejects: a moment that cannot be read says why. */
  load(momentMs: number): Promise<FleetMoment> {
    const known = this.#kept.get(momentMs);
    if (known !== undefined) return known;
    const loading = this.#read(momentMs).catch((error: unknown) => {
      // The next time it is asked for again
      this.#drop(momentMs);
      return { ...unknownMoment(momentMs), loading: false, problem: toMusterError(error).message };
    });
    this.#kept.set(momentMs, loading);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#drop(oldest);
    }
    return loading;
  }

  #drop(momentMs: number): void {
    this.#kept.delete(momentMs);
    this.#ready.delete(momentMs);
  }

  async #read(momentMs: number): Promise<FleetMoment> {
    const ask = (sql: string): Promise<QueryResult> => this.#api.request('query', { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 });
    const within = `timestamp > '${iso(momentMs - REACH_MS)}' AND timestamp <= '${iso(momentMs)}'`;
    const queries = momentQueries(within);
    const [heard, ...answers] = await Promise.all([
      ask(`SELECT node_id, max(timestamp) AS timestamp FROM deliveries WHERE ${within}`),
      ...queries.map(({ sql }) => ask(sql).catch(withoutTable)),
    ]);
    const values: ValuesThen = new Map();
    queries.forEach((query, index) => {
      const answer = answers[index];
      if (answer) takeAnswer(values, query, answer);
    });
    const moment = compose(this.#fleet.snapshot.get().nodes, momentMs, heard, values);
    if (this.#kept.has(momentMs)) this.#ready.set(momentMs, moment);
    return moment;
  }
}

export function unknownMoment(asOfMs: number): FleetMoment {
  return { nodes: new Map(), counts: countStates([]), asOfMs, loading: true, problem: '' };
}

function compose(nodes: ReadonlyMap<string, FleetNode>, momentMs: number, heard: QueryResult, values: ValuesThen): FleetMoment {
  const seen = byNode(heard, 'timestamp');
  const then = new Map<string, FleetNode>();
  for (const [id, node] of nodes) {
    const timeUs = seen.get(id);
    const enrolled = node.enrolledMs === null || node.enrolledMs <= momentMs;
    if (timeUs === undefined && !enrolled) continue;
    const lastSeenMs = timeUs === undefined ? null : timeUs / 1000;
    const state = stateUnderMaintenance(stateThen(lastSeenMs, node.intervalMs, momentMs), node.labels, momentMs);
    then.set(id, { ...node, state, stateSinceMs: null, lastSeenMs, values: { ...valuesOf(values, id), timeMs: lastSeenMs ?? 0 } });
  }
  return { nodes: then, counts: countStates(then.values()), asOfMs: momentMs, loading: false, problem: '' };
}

function stateThen(lastSeenMs: number | null, intervalMs: number, momentMs: number): NodeStateName {
  const { lateMs, silentMs } = patience(intervalMs);
  const quietMs = lastSeenMs === null ? Number.POSITIVE_INFINITY : momentMs - lastSeenMs;
  return quietMs > silentMs ? 'silent' : quietMs > lateMs ? 'late' : 'live';
}

function byNode(result: QueryResult, column: string): Map<string, number> {
  const ids = textColumn(result, 'node_id');
  const values = numericColumn(result, column);
  const found = new Map<string, number>();
  for (let row = 0; row < result.rows; row++) {
    const id = ids[row];
    const value = values?.[row] ?? Number.NaN;
    if (id && !Number.isNaN(value)) found.set(id, value);
  }
  return found;
}

function countStates(nodes: Iterable<FleetNode>): StateCounts {
  const counts = { ...NO_COUNTS };
  for (const node of nodes) counts[node.state]++;
  return counts;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
