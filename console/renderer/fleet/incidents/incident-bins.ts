// How many nodes were late or silent at the end of each bin, from what gateways recorded of their states. Pure.
import { isMachine } from '../../../../core/common/node-kind.ts';
import type { StateWord } from '../../../../core/common/state-events.ts';
import { stateOfKind } from '../../../../core/common/state-events.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../../common/query-result.ts';
import type { Maintenance } from '../maintenance-then.ts';
import { statesIn } from '../state-history.ts';
import { binEnd, type IncidentPlan } from './incident-plan.ts';

export interface IncidentBins {
  late: Uint32Array;
  silent: Uint32Array;
}

/** What the store answered. */
export interface StateAnswers {
  /** What each node was when the first bin began. */
  before: QueryResult | null;
  /** What each was at the end of the bins in which that changed. */
  changes: QueryResult | null;
}

/** From which bin on a node was what. */
type Change = readonly [bin: number, state: StateWord];

/** `untilMs` is where the answer ends: later bins stay 0. `held` says when a node was under maintenance: then nobody misses it. */
export function incidentBins(
  plan: IncidentPlan,
  answers: StateAnswers,
  nodes: ReadonlyMap<string, FleetNode>,
  untilMs: number,
  held: Maintenance,
): IncidentBins {
  const bins: IncidentBins = { late: new Uint32Array(plan.bins), silent: new Uint32Array(plan.bins) };
  const histories = historiesIn(plan, answers);
  for (const [id, node] of nodes) {
    const history = isMachine(node) ? histories.get(id) : undefined;
    if (history !== undefined) addNode(plan, bins, node, history, untilMs, held);
  }
  return bins;
}

/** Another filter asks for other nodes of the same answer. */
const known = new WeakMap<StateAnswers, { plan: IncidentPlan; histories: ReadonlyMap<string, Change[]> }>();

function historiesIn(plan: IncidentPlan, answers: StateAnswers): ReadonlyMap<string, Change[]> {
  let found = known.get(answers);
  if (found?.plan !== plan) {
    found = { plan, histories: historiesOf(plan, answers) };
    known.set(answers, found);
  }
  return found.histories;
}

function historiesOf(plan: IncidentPlan, { before, changes }: StateAnswers): Map<string, Change[]> {
  const histories = new Map<string, Change[]>();
  for (const [id, state] of statesIn(before)) histories.set(id, [[0, state]]);
  if (changes === null) return histories;
  const [ids, kinds] = [textColumn(changes, 'node_id'), textColumn(changes, 'kind')];
  const starts = numericColumn(changes, 'timestamp');
  for (let row = 0; row < changes.rows; row++) {
    const id = ids[row];
    const state = stateOfKind(kinds[row] ?? '');
    const bin = Math.round(((starts?.[row] ?? Number.NaN) / 1000 - plan.fromMs) / plan.stepMs);
    if (!id || state === undefined || Number.isNaN(bin)) continue;
    const history = histories.get(id);
    if (history === undefined) histories.set(id, [[bin, state]]);
    else history.push([bin, state]);
  }
  for (const history of histories.values()) history.sort(([a], [b]) => a - b);
  return histories;
}

function addNode(
  plan: IncidentPlan,
  bins: IncidentBins,
  node: FleetNode,
  history: readonly Change[],
  untilMs: number,
  held: Maintenance,
): void {
  for (const [at, [from, state]] of history.entries()) {
    if (state !== 'late' && state !== 'silent') continue;
    const until = Math.min(history[at + 1]?.[0] ?? plan.bins, plan.bins);
    for (let bin = Math.max(0, from); bin < until; bin++) {
      const endMs = binEnd(plan, bin);
      if (endMs > untilMs) return;
      if (!held.isHeld(node, endMs)) bins[state][bin] = bins[state][bin]! + 1;
    }
  }
}
