// The marks of the strip: what happened on the nodes that are shown, asked once a stretch and, while live, now and then.
import { useEffect, useRef, useState } from 'react';
import type { QueryResult } from '../../../common/query-result.ts';
import { askAgain } from '../../state/ask-again.ts';
import { askWhole } from '../../state/ask-whole.ts';
import { useConsole } from '../../state/console-state.ts';
import { withoutTable } from '../table/without-table.ts';
import { type IncidentMark, readMarks } from './incident-marks.ts';
import { eventsSql, type IncidentPlan, oomSql } from './incident-plan.ts';

const APART_MS = 20_000;
/** While somebody writes a filter nothing is asked. */
const SETTLED_MS = 400;
const MAX_ROWS = 1000;

interface Told {
  key: string;
  marks: readonly IncidentMark[];
  problem: string;
}

/** `key` stands for the plan, which moves on by itself while live. `chosen` gives the ids of the nodes that are shown; undefined for all. */
export function useIncidentEvents(
  plan: IncidentPlan,
  key: string,
  filter: string,
  chosen: () => readonly string[] | undefined,
  active: boolean,
  live: boolean,
): Omit<Told, 'key'> {
  const { api, fleet } = useConsole();
  const [told, setTold] = useState<Told>();
  const now = useRef({ plan, chosen });
  now.current = { plan, chosen };
  const whole = `${key} ${filter}`;

  // Dependencies: the key stands for the plan, the filter for the nodes it chooses
  useEffect(() => {
    if (!active) return;
    const nameOf = (id: string): string => fleet.snapshot.get().nodes.get(id)?.name ?? id;
    let end: (() => void) | undefined;
    const begin = (): void => {
      end = askAgain({
        load: async (signal) => {
          const asked = now.current;
          const ids = asked.chosen();
          const ask = (sql: string): Promise<QueryResult> => askWhole(api, { sql, maxRows: MAX_ROWS, timeoutMs: 20_000 }, signal);
          const [events, ooms] = await Promise.all([ask(eventsSql(asked.plan, ids)), ask(oomSql(asked.plan, ids)).catch(withoutTable)]);
          setTold({ key: whole, marks: readMarks(events, ooms, nameOf), problem: '' });
        },
        onProblem: (problem) => setTold({ key: whole, marks: [], problem }),
        everyMs: live ? APART_MS : undefined,
      });
    };
    const timer = setTimeout(begin, filter === '' ? 0 : SETTLED_MS);
    return () => {
      clearTimeout(timer);
      end?.();
    };
  }, [api, fleet, whole, active, live]);
  return told?.key === whole ? told : { marks: [], problem: '' };
}
