// Keeps the rows of a table at the moment that shows: again every few seconds while live, and after the cursor rests.
import { useEffect, useRef, useState } from 'react';
import { askAgain } from '../../state/ask-again.ts';
import { useConsole } from '../../state/console-state.ts';
import { type Known, notKnown, stale } from '../../state/known.ts';
import { useStore } from '../../state/store.ts';
import type { NodeFeed } from '../node-feed.ts';
import { loadRows } from './table-rows.ts';
import type { TableRow, TableSpec } from './table-spec.ts';

const CURSOR_REST_MS = 120;
const REFRESH_MS = 5000;

/** The rows with the moment they are of, and what they are worth: stale while another moment is asked for, and where it could not be read. */
export function useRows(spec: TableSpec, nodeId: string, feed: NodeFeed): Known<readonly TableRow[]> {
  const { api, time } = useConsole();
  const cursor = useStore(feed.cursor);
  const range = useStore(time);
  const [rows, setRows] = useState<Known<readonly TableRow[]>>(notKnown());
  const wasCursor = useRef(false);

  useEffect(() => {
    let end: (() => void) | undefined;
    const begin = (): void => {
      end = askAgain({
        load: async (signal) => {
          const atMs = cursor ?? feed.momentMs();
          const answer = await loadRows(api, spec, nodeId, atMs, signal);
          if (!signal.aborted) setRows(answer);
        },
        onProblem: (problem) => setRows((before) => stale(before, problem)),
        everyMs: range.kind === 'live' && cursor === null ? REFRESH_MS : undefined,
      });
    };
    const moved = cursor !== null || wasCursor.current;
    wasCursor.current = cursor !== null;
    const timer = setTimeout(begin, moved ? CURSOR_REST_MS : 0);
    return () => {
      clearTimeout(timer);
      end?.();
      setRows((before) => stale(before, ''));
    };
  }, [api, feed, spec, nodeId, cursor, range]);
  return rows;
}
