// The fleet at moments of the past: the newest values before each, from the store. Read once and kept for a while, so that play and the
// slider find them there.

import { stateUnderMaintenance } from '../../../core/common/maintenance.ts';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { StateWord } from '../../../core/common/state-events.ts';
import { statesSql, UNWATCHED_SQL, WATCHED_SQL } from '../../../core/common/state-queries.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { FleetNode, NodeStateName, NodeValues } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { askWhole } from '../state/ask-whole.ts';
import { type FleetStore, NO_COUNTS, type StateCounts } from '../state/fleet-store.ts';
import { labelsOf } from './maintenance-then.ts';
import { momentQueries, takeAnswer, type ValuesThen, valuesOf } from './moment-values.ts';
import { patience } from './patience.ts';
import { statesIn, WatchedTime } from './state-history.ts';
import { withoutTable } from './table/without-table.ts';

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
/** A node that is heard so seldom is judged by what lies within. */
const MAX_REACH_MS = 3_600_000;
const MAX_ROWS = 100_000;
/** What was watched is written down within that time. */
const YOUNG_MS = 60_000;
/** A moment of 10,000 nodes holds some megabytes. */
const MAX_KEPT = 8;

interface Kept {
  moment: Promise<FleetMoment>;
  controller: AbortController;
}

export class FleetMoments {
  readonly #api: ConsoleApi;
  readonly #fleet: FleetStore;
  readonly #kept = new Map<number, Kept>();
  readonly #ready = new Map<number, FleetMoment>();

  constructor(api: ConsoleApi, fleet: FleetStore) {
    this.#api = api;
    this.#fleet = fleet;
  }

  /** What is there already. */
  get(momentMs: number): FleetMoment | undefined {
    return this.#ready.get(momentMs);
  }

  /** Only these are wanted still: others that are being read are no longer. */
  keep(momentsMs: readonly number[]): void {
    for (const momentMs of this.#kept.keys()) if (!this.#ready.has(momentMs) && !momentsMs.includes(momentMs)) this.#drop(momentMs);
  }

  /** Never rejects: a moment that cannot be read says why. One question of it is open at a time. */
  load(momentMs: number): Promise<FleetMoment> {
    const known = this.#kept.get(momentMs);
    if (known !== undefined) return known.moment;
    const controller = new AbortController();
    const { signal } = controller;
    const moment = this.#read(momentMs, signal).catch((error: unknown) => {
      if (signal.aborted) return unknownMoment(momentMs);
      // The next time it is asked for again
      this.#drop(momentMs);
      return { ...unknownMoment(momentMs), loading: false, problem: toMusterError(error).message };
    });
    this.#kept.set(momentMs, { moment, controller });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#drop(oldest);
    }
    return moment;
  }

  #drop(momentMs: number): void {
    this.#kept.get(momentMs)?.controller.abort();
    this.#kept.delete(momentMs);
    this.#ready.delete(momentMs);
  }

  async #read(momentMs: number, signal: AbortSignal): Promise<FleetMoment> {
    const ask = (sql: string): Promise<QueryResult> => askWhole(this.#api, { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 }, signal);
    const now = this.#fleet.snapshot.get().nodes;
    const heard = await ask(`SELECT node_id, max(timestamp) AS timestamp FROM deliveries WHERE ${between(momentMs, reachOf(now))}`);
    const changes = await ask(historySql(momentMs)).catch(withoutTable);
    const [watched, unwatched, states] = [
      await ask(WATCHED_SQL).catch(withoutTable),
      await ask(UNWATCHED_SQL).catch(withoutTable),
      await ask(statesSql(momentMs)).catch(withoutTable),
    ];
    const isYoung = this.#fleet.now() - momentMs < YOUNG_MS;
    const told = { watched: new WatchedTime(watched, unwatched), states: statesIn(states), isYoung };
    const values: ValuesThen = new Map();
    for (const query of momentQueries(between(momentMs, REACH_MS))) {
      let answer = await ask(query.sql).catch(withoutTable);
      if (answer === null && query.olderSql !== undefined) answer = await ask(query.olderSql).catch(withoutTable);
      if (answer) takeAnswer(values, query, answer);
    }
    const moment = compose(now, momentMs, heard, values, changes, told);
    // What is written only now may say more of it soon.
    if (isYoung && momentMs > told.watched.lastMs) this.#drop(momentMs);
    else if (!signal.aborted) this.#ready.set(momentMs, moment);
    return moment;
  }
}

function between(momentMs: number, reachMs: number): string {
  return `timestamp > '${iso(momentMs - reachMs)}' AND timestamp <= '${iso(momentMs)}'`;
}

/** How far to look for what was heard last: a node that samples once a minute is late after three and silent after ten. */
function reachOf(nodes: ReadonlyMap<string, FleetNode>): number {
  let reachMs = REACH_MS;
  for (const { intervalMs } of nodes.values()) reachMs = Math.max(reachMs, patience(intervalMs).silentMs);
  return Math.min(reachMs, MAX_REACH_MS);
}

/** What nodes were: the labels of today say nothing of yesterday's maintenance, and some are no longer in the fleet. */
function historySql(momentMs: number): string {
  const columns = ['node_id', ...TEXTS_THEN.map(([column]) => column), 'cpu_cores', 'memory_bytes', 'labels'].join(', ');
  return `SELECT ${columns} FROM node_history WHERE timestamp <= '${iso(momentMs)}' LATEST ON timestamp PARTITION BY node_id`;
}

export function unknownMoment(asOfMs: number): FleetMoment {
  return { nodes: new Map(), counts: countStates([]), asOfMs, loading: true, problem: '' };
}

/** What the store has of the states. */
interface Told {
  watched: WatchedTime;
  states: ReadonlyMap<string, StateWord>;
  /** Not all of the moment may be written yet. */
  isYoung: boolean;
}

function compose(
  nodes: ReadonlyMap<string, FleetNode>,
  momentMs: number,
  heard: QueryResult,
  values: ValuesThen,
  changes: QueryResult | null,
  told: Told,
): FleetMoment {
  const seen = byNode(heard, 'timestamp');
  const [ids = [], labels = []] = ['node_id', 'labels'].map((name) => (changes === null ? [] : textColumn(changes, name)));
  const labelsThen = new Map(ids.map((id, row) => [id, labels[row] ?? '']));
  const then = new Map<string, FleetNode>();
  for (const [id, node] of nodes) {
    const timeUs = seen.get(id);
    const enrolled = node.enrolledMs === null || node.enrolledMs <= momentMs;
    if (timeUs === undefined && !enrolled) continue;
    const lastSeenMs = timeUs === undefined ? null : timeUs / 1000;
    const labelled = labelsThen.get(id);
    const own = labelled === undefined ? node.labels : labelsOf(labelled);
    const found = stateThen(node, lastSeenMs, momentMs, told);
    if (found === 'removed') continue;
    const state = stateUnderMaintenance(found, own, momentMs);
    then.set(id, {
      ...{ ...node, labels: own, state, stateSinceMs: null, lastSeenMs },
      values: { ...valuesOf(values, id), timeMs: lastSeenMs ?? 0 },
    });
  }
  ids.forEach((id, row) => {
    if (changes === null || id === null || nodes.has(id)) return;
    const timeUs = seen.get(id);
    const state = told.watched.isKnown(momentMs) ? told.states.get(id) : undefined;
    if (state === 'removed' || (timeUs === undefined && state === undefined)) return;
    then.set(id, goneNode(id, changes, row, timeUs === undefined ? null : timeUs / 1000, state ?? 'unknown', valuesOf(values, id)));
  });
  return { nodes: then, counts: countStates(then.values()), asOfMs: momentMs, loading: false, problem: '' };
}

const TEXTS_THEN = [
  ['name', 'name'],
  ['platform', 'platform'],
  ['os', 'os'],
  ['kernel', 'kernel'],
  ['arch', 'arch'],
  ['cpu_model', 'cpuModel'],
  ['agent_version', 'agentVersion'],
] as const;
/** One that has been taken out of the fleet since. */
function goneNode(
  nodeId: string,
  history: QueryResult,
  row: number,
  lastSeenMs: number | null,
  state: NodeStateName,
  values: NodeValues,
): FleetNode {
  const text = (column: string): string => textColumn(history, column)[row] ?? '';
  const number = (column: string): number => numericColumn(history, column)?.[row] || 0;
  const texts = Object.fromEntries(TEXTS_THEN.map(([column, field]) => [field, text(column)])) as Record<
    (typeof TEXTS_THEN)[number][1],
    string
  >;
  return {
    ...{ nodeId, ...texts, labels: labelsOf(text('labels')), cpuCores: number('cpu_cores'), memoryBytes: number('memory_bytes') },
    ...{ state, stateSinceMs: null, enrolledMs: null, lastSeenMs },
    ...{ intervalMs: 0, virtualization: '', model: '', addresses: [], simulated: false, commands: [], bootMs: null, skewMs: 0 },
    ...{
      gateway: '',
      problem: '',
      values: { ...values, timeMs: lastSeenMs ?? 0 },
      spool: null,
      config: null,
      kind: 'machine',
      joinTokenId: '',
    },
  };
}

/**
 * What the gateways recorded. Of a moment that is newer than their record the state of now counts where it began before; of one that nobody watched
 * nobody knows. A source is judged by what came of it, as now: nobody misses it.
 */
function stateThen(
  node: FleetNode,
  lastSeenMs: number | null,
  momentMs: number,
  { watched, states, isYoung }: Told,
): NodeStateName | 'removed' {
  if (node.kind !== 'machine' && node.kind !== 'simulation') {
    const quietMs = lastSeenMs === null ? Number.POSITIVE_INFINITY : momentMs - lastSeenMs;
    return quietMs > patience(node.intervalMs).lateMs ? 'idle' : 'live';
  }
  if (watched.isKnown(momentMs)) return states.get(node.nodeId) ?? 'unknown';
  const stillSo = isYoung && momentMs > watched.lastMs && node.stateSinceMs !== null && node.stateSinceMs <= momentMs;
  return stillSo ? node.state : 'unknown';
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
