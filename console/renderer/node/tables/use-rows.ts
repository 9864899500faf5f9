// Keeps the rows of a table at the moment that shows: again every few seconds while live, and after the cursor rests.
import { useEffect, useRef, useState } from 'react';
import { MusterError, toMusterError } from '../../../../core/common/muster-error.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import type { NodeFeed } from '../node-feed.ts';
import { loadRows } from './table-rows.ts';
import type { TableRow, TableSpec } from './table-spec.ts';

const CURSOR_REST_MS = 120;
const REFRESH_MS = 5000;

export interface Rows {
  rows: readonly TableRow[];
  /** The moment they are of. */
  atMs: number | null;
  problem: string;
  loaded: boolean;
}

export function useRows(spec: TableSpec, nodeId: string, feed: NodeFeed): Rows {
  const { api, time, fleet, clock } = useConsole();
  const cursor = useStore(feed.cursor);
  const range = useStore(time);
  // While live, another number every few seconds; a hidden window's clock stands still.
  const beat = Math.floor(useStore(clock) / REFRESH_MS);
  const [state, setState] = useState<Rows>({ rows: [], atMs: null, problem: '', loaded: false });
  const wasCursor = useRef(false);
  const liveBeat = range.kind === 'live' && cursor === null ? beat : 0;

  // Dependencies: the beat says that the present is another
  useEffect(() => {
    const controller = new AbortController();
    const atMs = cursor ?? (range.kind === 'live' ? fleet.now() : range.toMs);
    const load = (): void => {
      loadRows(api, spec, nodeId, atMs, controller.signal).then(
        (rows) => setState({ rows, atMs, problem: '', loaded: true }),
        (error: unknown) => {
          if (error instanceof MusterError && error.code === 'cancelled') return;
          setState((before) => ({ ...before, problem: toMusterError(error).message, loaded: true }));
        },
      );
    };
    const moved = cursor !== null || wasCursor.current;
    wasCursor.current = cursor !== null;
    const timer = setTimeout(load, moved ? CURSOR_REST_MS : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, fleet, spec, nodeId, cursor, range, liveBeat]);
  return state;
}
