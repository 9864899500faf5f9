// What the strip shows of the nodes that match: the history of late and silent ones, asked once a stretch and seldom again; while live the
// newest bins are what the gateway tells anyway, which costs nothing; and the events.
import { useEffect, useMemo, useRef, useState } from 'react';
import { statesSql, UNWATCHED_SQL, WATCHED_SQL } from '../../../../core/common/state-queries.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { askAgain } from '../../state/ask-again.ts';
import { askWhole } from '../../state/ask-whole.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import { type Bounds, boundsOf, spanOf } from '../../state/time-range.ts';
import { MAINTENANCE_SQL, Maintenance } from '../maintenance-then.ts';
import { changesSql, WatchedTime } from '../state-history.ts';
import { withoutTable } from '../table/without-table.ts';
import { incidentBins, type StateAnswers } from './incident-bins.ts';
import type { IncidentMark } from './incident-marks.ts';
import { binEnd, type IncidentPlan, incidentPlan, planEnd } from './incident-plan.ts';
import { type Missing, type StripBins, stripBins } from './strip-bins.ts';
import { useIncidentEvents } from './use-incident-events.ts';

export interface Incidents {
  plan: IncidentPlan;
  /** Undefined before the first answer. */
  bins: StripBins | undefined;
  /** How many nodes the strip is about. */
  total: number;
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
/** How often it is looked whether something is missing. */
const LOOK_APART_MS = 5000;
/** While somebody writes a filter nothing is asked. */
const SETTLED_MS = 400;
/** What was so long ago is recorded and stored. */
const ARRIVAL_MS = 25_000;
const MAX_ROWS = 200_000;
const MAX_CHANGES = 50_000;

interface History {
  key: string;
  /** Undefined where it could not be read. */
  answer?: StateAnswers;
  watched?: WatchedTime;
  held?: Maintenance;
  plan: IncidentPlan;
  /** Where the answer ends. */
  untilMs: number;
  problem: string;
}

export function useIncidents({ nodes, version, matches, filter }: ShownNodes): Incidents {
  const { api, fleet, time, clock, connection } = useConsole();
  const range = useStore(time);
  const now = useStore(clock);
  const bounds = useStretch(now);
  const plan = useMemo(() => incidentPlan(bounds), [bounds]);
  const { complete } = useStore(fleet.snapshot);
  const connected = useStore(connection).kind === 'connected';
  const live = range.kind === 'live';
  const [history, setHistory] = useState<History>();
  const key = `${plan.stepMs} ${live ? 'live' : plan.fromMs}`;
  const latest = useRef<{ plan: IncidentPlan; history: History | undefined; bins: StripBins | undefined }>({
    ...{ plan, history, bins: undefined },
  });

  // Dependencies: the key stands for the plan, which moves on by itself while live; with another filter nothing was heard yet of those nodes, and
  // while the gateway was away nothing at all: then the store is asked for what came between.
  useEffect(() => {
    if (!complete || !connected) return;
    let end: (() => void) | undefined;
    const isWanted = (): boolean => {
      const { plan: shown, history: before, bins } = latest.current;
      if (before?.key !== key || before.answer === undefined || fleet.now() - before.untilMs > HISTORY_APART_MS) return true;
      const storedMs = fleet.now() - ARRIVAL_MS;
      // Of what the answer reaches nothing more is to come.
      const isNew = (endMs: number): boolean => endMs > before.untilMs && endMs <= storedMs;
      return bins?.worth.some((worth, bin) => worth === 'unknown' && isNew(binEnd(shown, bin))) ?? true;
    };
    const begin = (): void => {
      end = askAgain({
        load: async (signal) => {
          if (!isWanted()) return;
          const asked = latest.current.plan;
          const ask = (sql: string, maxRows: number) => askWhole(api, { sql, maxRows, timeoutMs: 20_000 }, signal);
          const [before, changes, watched, unwatched, labels] = await Promise.all([
            ask(statesSql(asked.fromMs), MAX_ROWS).catch(withoutTable),
            ask(changesSql(asked), MAX_ROWS).catch(withoutTable),
            ask(WATCHED_SQL, 1).catch(withoutTable),
            ask(UNWATCHED_SQL, MAX_CHANGES).catch(withoutTable),
            ask(MAINTENANCE_SQL, MAX_CHANGES).catch(withoutTable),
          ]);
          const untilMs = Math.min(fleet.now() - ARRIVAL_MS, planEnd(asked));
          const told = { answer: { before, changes }, watched: new WatchedTime(watched, unwatched), held: new Maintenance(labels) };
          setHistory({ key, ...told, plan: asked, untilMs, problem: '' });
        },
        onProblem: (problem) =>
          setHistory((before) => (before?.key === key ? { ...before, problem } : { key, plan: latest.current.plan, untilMs: 0, problem })),
        everyMs: live ? LOOK_APART_MS : undefined,
      });
    };
    const timer = setTimeout(begin, filter === '' ? 0 : SETTLED_MS);
    return () => {
      clearTimeout(timer);
      end?.();
    };
  }, [api, fleet, key, filter, complete, connected, live]);

  const known = history?.key === key ? history : undefined;
  // Dependencies: a node that changes changes the past of none
  const chosen = useMemo(() => chosenOf(nodes, matches, filter), [nodes, known, filter]);
  const counted = useMemo(() => {
    if (known?.answer === undefined || known.held === undefined || known.watched === undefined) return undefined;
    const { plan: asked, untilMs, watched } = known;
    const isKnown = (atMs: number): boolean => watched.isKnown(atMs);
    return { bins: incidentBins(asked, known.answer, chosen, untilMs, known.held), untilMs, fromMs: asked.fromMs, isKnown };
  }, [known, chosen]);
  const heard = useHeard({ nodes, version, matches, filter }, live && complete && connected, plan, now);
  const idsOf = (): readonly string[] | undefined => (filter === '' ? undefined : [...chosenOf(nodes, matches, filter).keys()]);
  const told = useIncidentEvents(plan, key, filter, idsOf, complete, live);
  const bins = known === undefined ? undefined : stripBins(plan, counted, live ? heard : undefined, now);
  latest.current = { plan, history, bins };
  return { plan, bins, total: chosen.size, marks: told.marks, problem: known?.problem || told.problem };
}

/** What was heard while somebody looked and the gateway was there, by bin. Another filter begins anew. */
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
