// Reads what changed of a node and what its agent cannot read, once a page and again every minute.
import { useEffect, useState } from 'react';
import { MusterError, toMusterError } from '../../../../core/common/muster-error.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import type { Ask } from '../node-event.ts';
import { loadUnavailable } from './collectors.ts';
import { type InventoryChange, loadInventoryChanges } from './inventory-changes.ts';

const REFRESH_MS = 60_000;
const TIMEOUT_MS = 15_000;

export interface Inventory {
  changes: readonly InventoryChange[];
  /** What is missing of the changes, in words. */
  cut: string;
  /** Collector → why. */
  unavailable: ReadonlyMap<string, string>;
  problem: string;
}

export function useInventory(nodeId: string): Inventory {
  const { api, time, fleet, clock } = useConsole();
  const range = useStore(time);
  const beat = Math.floor(useStore(clock) / REFRESH_MS);
  const [state, setState] = useState<Inventory>({ changes: [], cut: '', unavailable: new Map(), problem: '' });
  // Dependencies: the beat says that the present is another
  useEffect(() => {
    const controller = new AbortController();
    const ask: Ask = (sql, maxRows) => api.request('query', { sql, maxRows, timeoutMs: TIMEOUT_MS }, controller.signal);
    const atMs = range.kind === 'live' ? fleet.now() : range.toMs;
    Promise.all([loadInventoryChanges(ask, nodeId), loadUnavailable(ask, nodeId, atMs)]).then(
      ([{ changes, cut }, unavailable]) => setState({ changes, cut, unavailable, problem: '' }),
      (error: unknown) => {
        if (error instanceof MusterError && error.code === 'cancelled') return;
        setState((before) => ({ ...before, problem: toMusterError(error).message }));
      },
    );
    return () => controller.abort();
  }, [api, fleet, nodeId, range, beat]);
  return state;
}
