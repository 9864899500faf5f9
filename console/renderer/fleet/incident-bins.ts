// How many nodes were late or silent at the end of each bin, from the pauses in what the store received of them. Pure.
import { isMachine } from '../../../core/common/node-kind.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { binEnd, type IncidentPlan } from './incident-plan.ts';
import type { Maintenance } from './maintenance-then.ts';
import { patience } from './patience.ts';

export interface IncidentBins {
  late: Uint32Array;
  silent: Uint32Array;
}

/** Start and end of a pause: heard last, heard again. */
type Pause = [number, number];

/** `untilMs` is where the answer ends: later bins stay 0. `held` says when a node was under maintenance: then nobody misses it. */
export function incidentBins(
  plan: IncidentPlan,
  answer: QueryResult,
  nodes: ReadonlyMap<string, FleetNode>,
  untilMs: number,
  held: Maintenance,
): IncidentBins {
  const bins: IncidentBins = { late: new Uint32Array(plan.bins), silent: new Uint32Array(plan.bins) };
  const pauses = pausesIn(plan, answer);
  for (const [id, node] of nodes) {
    if (node.state === 'never_seen' || node.state === 'quarantined' || node.state === 'idle') continue;
    if (!isMachine(node)) continue;
    const enrolledMs = node.enrolledMs ?? 0;
    // A node the store heard nothing of in all that time was missing for all of it, and may have been before
    const own = pauses.get(id) ?? [[Math.min(plan.fromMs, node.lastSeenMs ?? enrolledMs), Number.POSITIVE_INFINITY] as Pause];
    for (const [heardMs, againMs] of own) {
      if (heardMs <= plan.fromMs && enrolledMs > plan.fromMs) continue;
      addPause(plan, bins, node, heardMs, Math.min(againMs, untilMs + 1), held);
    }
  }
  return bins;
}

/** Another filter asks for other nodes of the same answer. */
const known = new WeakMap<QueryResult, { plan: IncidentPlan; pauses: ReadonlyMap<string, Pause[]> }>();

function pausesIn(plan: IncidentPlan, answer: QueryResult): ReadonlyMap<string, Pause[]> {
  let found = known.get(answer);
  if (found?.plan !== plan) {
    found = { plan, pauses: pausesOf(plan, answer) };
    known.set(answer, found);
  }
  return found.pauses;
}

function pausesOf(plan: IncidentPlan, answer: QueryResult): Map<string, Pause[]> {
  const ids = textColumn(answer, 'node_id');
  const [bin, last, before, after] = ['bin', 'last', 'before', 'after'].map((name) => numericColumn(answer, name));
  const pauses = new Map<string, Pause[]>();
  for (let row = 0; row < answer.rows; row++) {
    const id = ids[row];
    const startMs = (bin?.[row] ?? Number.NaN) / 1000;
    if (!id || Number.isNaN(startMs)) continue;
    let own = pauses.get(id);
    if (own === undefined) {
      own = [];
      pauses.set(id, own);
    }
    if (Number.isNaN(before?.[row] ?? Number.NaN)) own.push([plan.fromMs, startMs]);
    const nextUs = after?.[row] ?? Number.NaN;
    const lastMs = (last?.[row] ?? Number.NaN) / 1000;
    own.push([Number.isNaN(lastMs) ? startMs + plan.stepMs : lastMs, Number.isNaN(nextUs) ? Number.POSITIVE_INFINITY : nextUs / 1000]);
  }
  return pauses;
}

function addPause(plan: IncidentPlan, bins: IncidentBins, node: FleetNode, heardMs: number, againMs: number, held: Maintenance): void {
  const patient = patience(node.intervalMs);
  const lateMs = heardMs + patient.lateMs;
  const silentMs = heardMs + patient.silentMs;
  for (let bin = Math.max(0, Math.floor((lateMs - plan.fromMs) / plan.stepMs) - 1); bin < plan.bins; bin++) {
    const endMs = binEnd(plan, bin);
    if (endMs > againMs) return;
    if (held.isHeld(node, endMs)) continue;
    if (endMs > silentMs) bins.silent[bin] = (bins.silent[bin] as number) + 1;
    else if (endMs > lateMs) bins.late[bin] = (bins.late[bin] as number) + 1;
  }
}
