// What the strip shows: the history of late and silent nodes and the events, asked once a stretch and seldom again; while live the newest
// bins are the gateway's own counts, which cost nothing.
import { useEffect, useMemo, useRef, useState } from 'react';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type Bounds, boundsOf, spanOf } from '../state/time-range.ts';
import { type IncidentBins, incidentBins } from './incident-bins.ts';
import { type IncidentMark, readMarks } from './incident-marks.ts';
import { eventsSql, type IncidentPlan, incidentPlan, oomSql, planEnd, reportsSql } from './incident-plan.ts';

export interface Incidents {
  plan: IncidentPlan;
  bins: IncidentBins | undefined;
  marks: readonly IncidentMark[];
  /** Why it could not be read; empty when it could. */
  problem: string;
}

const HISTORY_APART_MS = 300_000;
const EVENTS_APART_MS = 20_000;
const MAX_ROWS = 200_000;

interface Answer {
  key: string;
  bins?: IncidentBins;
  /** Start of the bins' first, as the plan moves on while live. */
  fromMs: number;
  marks: readonly IncidentMark[];
  problem: string;
}

export function useIncidents(): Incidents {
  const { api, fleet, time, clock } = useConsole();
  const range = useStore(time);
  const now = useStore(clock);
  const bounds = useStretch(now);
  const plan = useMemo(() => incidentPlan(bounds), [bounds]);
  const { complete, counts } = useStore(fleet.snapshot);
  const live = range.kind === 'live';
  const [history, setHistory] = useState<Answer>();
  const [events, setEvents] = useState<Answer>();
  const heard = useRef(new Map<number, { late: number; silent: number }>());
  const key = `${plan.stepMs} ${live ? 'live' : plan.fromMs}`;
  const planNow = useRef(plan);
  planNow.current = plan;

  // Dependencies: the key stands for the plan, which moves on by itself while live
  useEffect(() => {
    if (!complete) return;
    const controller = new AbortController();
    const ask = (sql: string): Promise<QueryResult> =>
      api.request('query', { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 }, controller.signal);
    const fail = (set: typeof setHistory, fromMs: number) => (error: unknown) => {
      if (!controller.signal.aborted) set({ key, fromMs, marks: [], problem: toMusterError(error).message });
    };
    const askHistory = (): void => {
      if (document.hidden) return;
      const asked = planNow.current;
      ask(reportsSql(asked)).then(
        (answer) => {
          const { nodes } = fleet.snapshot.get();
          const bins = incidentBins(asked, answer, nodes, Math.min(fleet.now() - asked.stepMs, planEnd(asked)));
          if (!controller.signal.aborted) setHistory({ key, fromMs: asked.fromMs, bins, marks: [], problem: '' });
        },
        fail(setHistory, asked.fromMs),
      );
    };
    const askEvents = (): void => {
      if (document.hidden) return;
      const asked = planNow.current;
      Promise.all([ask(eventsSql(asked)), ask(oomSql(asked)).catch(withoutTable)]).then(
        ([told, ooms]) => {
          const nameOf = (id: string): string => fleet.snapshot.get().nodes.get(id)?.name ?? id;
          if (!controller.signal.aborted) setEvents({ key, fromMs: asked.fromMs, marks: readMarks(told, ooms, nameOf), problem: '' });
        },
        fail(setEvents, asked.fromMs),
      );
    };
    askHistory();
    askEvents();
    const timers = live ? [setInterval(askHistory, HISTORY_APART_MS), setInterval(askEvents, EVENTS_APART_MS)] : [];
    return () => {
      controller.abort();
      for (const timer of timers) clearInterval(timer);
    };
  }, [api, fleet, key, complete, live]);

  const bin = Math.floor(now / plan.stepMs) * plan.stepMs;
  if (live && complete) {
    heard.current.set(bin, { late: counts.late, silent: counts.silent });
    for (const old of heard.current.keys()) if (old < plan.fromMs) heard.current.delete(old);
  }
  const known = history?.key === key ? history : undefined;
  const bins = known?.bins === undefined ? undefined : shown(plan, known.bins, known.fromMs, live ? heard.current : undefined);
  const told = events?.key === key ? events : undefined;
  return { plan, bins, marks: told?.marks ?? [], problem: known?.problem || told?.problem || '' };
}

/** The answer's bins in the places of the plan, with what was heard since over them. */
function shown(
  plan: IncidentPlan,
  answer: IncidentBins,
  answerFromMs: number,
  heard: ReadonlyMap<number, { late: number; silent: number }> | undefined,
): IncidentBins {
  const moved = (plan.fromMs - answerFromMs) / plan.stepMs;
  const pick = (values: Uint32Array, name: 'late' | 'silent'): Uint32Array =>
    Uint32Array.from({ length: plan.bins }, (_, bin) => heard?.get(plan.fromMs + bin * plan.stepMs)?.[name] ?? values[bin + moved] ?? 0);
  return { late: pick(answer.late, 'late'), silent: pick(answer.silent, 'silent') };
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

/** A store that no Linux machine has written to yet has no such table: nothing was killed there. */
function withoutTable(error: unknown): null {
  if (error instanceof MusterError && /not exist|invalid column/i.test(error.message)) return null;
  throw error;
}
