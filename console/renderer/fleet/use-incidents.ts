// What the strip shows of the nodes that match: the history of late and silent ones, asked once a stretch and seldom again; while live the
// newest bins are what the gateway tells anyway, which costs nothing; and the events.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { askAgain } from '../state/ask-again.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type Bounds, boundsOf, spanOf } from '../state/time-range.ts';
import { type IncidentBins, incidentBins } from './incident-bins.ts';
import type { IncidentMark } from './incident-marks.ts';
import { binEnd, type IncidentPlan, incidentPlan, planEnd, reportsSql } from './incident-plan.ts';
import { useIncidentEvents } from './use-incident-events.ts';

export interface Incidents {
  plan: IncidentPlan;
  bins: IncidentBins | undefined;
  marks: readonly IncidentMark[];
  /** Why it could not be read; empty when it could. */
  problem: string;
}

/** Which nodes the strip is about: those the page shows. */
export interface ShownNodes {
  nodes: ReadonlyMap<string, FleetNode>;
  /** Another one where the nodes changed. */
  version: number;
  matches(node: FleetNode): boolean;
  /** Empty: all match. */
  filter: string;
}

const HISTORY_APART_MS = 300_000;
/** What was made so long ago is stored. */
const ARRIVAL_MS = 15_000;
const MAX_ROWS = 200_000;

interface History {
  key: string;
  /** Undefined where it could not be read. */
  answer?: QueryResult;
  plan: IncidentPlan;
  /** Where the answer ends. */
  untilMs: number;
  problem: string;
}

export function useIncidents({ nodes, version, matches, filter }: ShownNodes): Incidents {
  const { api, fleet, time, clock } = useConsole();
  const range = useStore(time);
  const now = useStore(clock);
  const bounds = useStretch(now);
  const plan = useMemo(() => incidentPlan(bounds), [bounds]);
  const { complete } = useStore(fleet.snapshot);
  const live = range.kind === 'live';
  const [history, setHistory] = useState<History>();
  const key = `${plan.stepMs} ${live ? 'live' : plan.fromMs}`;
  const planNow = useRef(plan);
  planNow.current = plan;

  // Dependencies: the key stands for the plan, which moves on by itself while live
  useEffect(() => {
    if (!complete) return;
    return askAgain({
      load: async (signal) => {
        const asked = planNow.current;
        const answer = await api.request('query', { sql: reportsSql(asked), maxRows: MAX_ROWS, timeoutMs: 20_000 }, signal);
        setHistory({
          key,
          answer,
          plan: asked,
          untilMs: Math.min(fleet.now() - Math.min(asked.stepMs, ARRIVAL_MS), planEnd(asked)),
          problem: '',
        });
      },
      onProblem: (problem) => setHistory({ key, plan: planNow.current, untilMs: 0, problem }),
      everyMs: live ? HISTORY_APART_MS : undefined,
    });
  }, [api, fleet, key, complete, live]);

  const known = history?.key === key ? history : undefined;
  // Dependencies: a node that changes changes the past of none
  const counted = useMemo(
    () =>
      known?.answer === undefined ? undefined : incidentBins(known.plan, known.answer, chosenOf(nodes, matches, filter), known.untilMs),
    [known, nodes, filter],
  );
  const heard = useHeard({ nodes, version, matches, filter }, live && complete, plan, now);
  const idsOf = (): readonly string[] | undefined => (filter === '' ? undefined : [...chosenOf(nodes, matches, filter).keys()]);
  const told = useIncidentEvents(plan, key, filter, idsOf, complete, live);
  const bins =
    counted === undefined || known === undefined
      ? undefined
      : merged(plan, { bins: counted, untilMs: known.untilMs, fromMs: known.plan.fromMs }, live ? heard : undefined);
  return { plan, bins, marks: told.marks, problem: known?.problem || told.problem };
}

interface Counted {
  bins: IncidentBins;
  untilMs: number;
  /** Start of the first bin, as the plan moves on while live. */
  fromMs: number;
}

interface Missing {
  late: number;
  silent: number;
}

/** What was heard while somebody looked, by bin. Another filter begins anew. */
function useHeard({ nodes, version, matches, filter }: ShownNodes, active: boolean, plan: IncidentPlan, now: number): Map<number, Missing> {
  const heard = useRef({ filter, bins: new Map<number, Missing>() });
  if (heard.current.filter !== filter) heard.current = { filter, bins: new Map() };
  const { bins } = heard.current;
  // Dependencies: the version stands for the nodes, the filter for the test
  const missing = useMemo(() => missingOf(nodes, matches, filter), [version, filter]);
  if (active) {
    bins.set(Math.floor(now / plan.stepMs) * plan.stepMs, missing);
    for (const old of bins.keys()) if (old < plan.fromMs) bins.delete(old);
  }
  return bins;
}

/** The nodes that match, by id. */
export function chosenOf(
  nodes: ReadonlyMap<string, FleetNode>,
  matches: (node: FleetNode) => boolean,
  filter: string,
): ReadonlyMap<string, FleetNode> {
  if (filter === '') return nodes;
  const chosen = new Map<string, FleetNode>();
  for (const [id, node] of nodes) if (matches(node)) chosen.set(id, node);
  return chosen;
}

function missingOf(nodes: ReadonlyMap<string, FleetNode>, matches: (node: FleetNode) => boolean, filter: string): Missing {
  const missing = { late: 0, silent: 0 };
  for (const node of nodes.values()) {
    if ((node.state === 'late' || node.state === 'silent') && (filter === '' || matches(node))) missing[node.state]++;
  }
  return missing;
}

/** The answer's bins in the places of the plan, with what was heard since over them. What came between the two is as what was heard first. */
function merged(plan: IncidentPlan, { bins, untilMs, fromMs }: Counted, heard: ReadonlyMap<number, Missing> | undefined): IncidentBins {
  const moved = (plan.fromMs - fromMs) / plan.stepMs;
  const all: IncidentBins = { late: new Uint32Array(plan.bins), silent: new Uint32Array(plan.bins) };
  let next: Missing | undefined;
  for (let bin = plan.bins - 1; bin >= 0; bin--) {
    const own = heard?.get(plan.fromMs + bin * plan.stepMs);
    next = own ?? next;
    const shown = own ?? (binEnd(plan, bin) > untilMs ? next : undefined);
    all.late[bin] = shown?.late ?? bins.late[bin + moved] ?? 0;
    all.silent[bin] = shown?.silent ?? bins.silent[bin + moved] ?? 0;
  }
  return all;
}

/** Stays where it is while the chosen moment lies in it: then going to a bar does not move the bars. */
function useStretch(now: number): Bounds {
  const range = useStore(useConsole().time);
  const held = useRef<Bounds>({ fromMs: 0, toMs: 0 });
  const spanMs = spanOf(range);
  const before = held.current;
  const same = Math.abs(before.toMs - before.fromMs - spanMs) < 1000;
  const inside = range.kind === 'past' && same && range.toMs > before.fromMs && range.toMs <= before.toMs;
  if (!inside) {
    const next = boundsOf(range, now);
    // Something of what came after belongs to the answer of "what happened then"
    if (range.kind === 'past') {
      next.toMs = Math.min(now, next.toMs + spanMs / 4);
      next.fromMs = next.toMs - spanMs;
    }
    if (next.fromMs !== before.fromMs || next.toMs !== before.toMs) held.current = next;
  }
  return held.current;
}
