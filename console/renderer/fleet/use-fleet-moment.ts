// The fleet at a moment of the past: the newest values before it, from the store. Undefined while the window is live.
import { useEffect, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { useConsole } from '../state/console-state.ts';
import type { StateCounts } from '../state/fleet-store.ts';
import { useStore } from '../state/store.ts';

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

export function useFleetMoment(): FleetMoment | undefined {
  const { api, fleet, time } = useConsole();
  const range = useStore(time);
  const momentMs = range.kind === 'past' ? range.toMs : undefined;
  const [moment, setMoment] = useState<FleetMoment>();
  useEffect(() => {
    setMoment(undefined);
    if (momentMs === undefined) return;
    const controller = new AbortController();
    const ask = (sql: string): Promise<QueryResult> =>
      api.request('query', { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 }, controller.signal);
    const within = `timestamp > '${iso(momentMs - REACH_MS)}' AND timestamp <= '${iso(momentMs)}'`;
    const latest = (columns: string, table: string, where = ''): Promise<QueryResult> =>
      ask(`SELECT node_id, timestamp, ${columns} FROM ${table} WHERE ${within}${where} LATEST ON timestamp PARTITION BY node_id`);
    Promise.all([
      latest('busy', 'cpu', " AND cpu = 'total'"),
      latest('used_percent', 'memory'),
      latest('load1', 'load'),
      ask(`SELECT node_id, max(used_percent) AS used_percent FROM filesystem WHERE ${within}`),
    ]).then(
      ([cpu, memory, load, disk]) => {
        if (!controller.signal.aborted) setMoment(compose(fleet.snapshot.get().nodes, momentMs, cpu, memory, load, disk));
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setMoment({ ...unknownMoment(momentMs), loading: false, problem: toMusterError(error).message });
      },
    );
    return () => controller.abort();
  }, [api, fleet, momentMs]);
  if (momentMs === undefined) return undefined;
  return moment?.asOfMs === momentMs ? moment : unknownMoment(momentMs);
}

function unknownMoment(asOfMs: number): FleetMoment {
  return { nodes: new Map(), counts: countStates([]), asOfMs, loading: true, problem: '' };
}

function compose(
  nodes: ReadonlyMap<string, FleetNode>,
  momentMs: number,
  cpu: QueryResult,
  memory: QueryResult,
  load: QueryResult,
  disk: QueryResult,
): FleetMoment {
  const busy = byNode(cpu, 'busy');
  const seen = byNode(cpu, 'timestamp');
  const used = byNode(memory, 'used_percent');
  const load1 = byNode(load, 'load1');
  const full = byNode(disk, 'used_percent');
  const then = new Map<string, FleetNode>();
  for (const [id, node] of nodes) {
    const timeUs = seen.get(id);
    const enrolled = node.enrolledMs === null || node.enrolledMs <= momentMs;
    if (timeUs === undefined && !enrolled) continue;
    const values = {
      timeMs: (timeUs ?? 0) / 1000,
      cpuPercent: busy.get(id) ?? null,
      memoryPercent: used.get(id) ?? null,
      load1: load1.get(id) ?? null,
      diskPercent: full.get(id) ?? null,
      diskMount: '',
      swapPercent: null,
      diskReadBytesPerSecond: null,
      diskWriteBytesPerSecond: null,
      rxBytesPerSecond: null,
      txBytesPerSecond: null,
      temperatureCelsius: null,
      processCount: null,
      uptimeSeconds: null,
      pressurePercent: null,
    };
    const lastSeenMs = timeUs === undefined ? null : timeUs / 1000;
    then.set(id, { ...node, state: timeUs === undefined ? 'silent' : 'live', stateSinceMs: null, lastSeenMs, values });
  }
  return { nodes: then, counts: countStates(then.values()), asOfMs: momentMs, loading: false, problem: '' };
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
  const counts = { live: 0, late: 0, silent: 0, maintenance: 0, never_seen: 0, quarantined: 0 };
  for (const node of nodes) counts[node.state]++;
  return counts;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
