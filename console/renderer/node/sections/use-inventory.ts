// Reads what changed of a node and what its agent cannot read, once a page and again every minute.
import { useEffect, useState } from 'react';
import { askAgain } from '../../state/ask-again.ts';
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
  const { api, time, fleet } = useConsole();
  const range = useStore(time);
  const [state, setState] = useState<Inventory>({ changes: [], cut: '', unavailable: new Map(), problem: '' });
  useEffect(() => {
    return askAgain({
      load: async (signal) => {
        const ask: Ask = (sql, maxRows) => api.request('query', { sql, maxRows, timeoutMs: TIMEOUT_MS }, signal);
        const atMs = range.kind === 'live' ? fleet.now() : range.toMs;
        const [{ changes, cut }, unavailable] = await Promise.all([loadInventoryChanges(ask, nodeId), loadUnavailable(ask, nodeId, atMs)]);
        if (!signal.aborted) setState({ changes, cut, unavailable, problem: '' });
      },
      onProblem: (problem) => setState((before) => ({ ...before, problem })),
      everyMs: range.kind === 'live' ? REFRESH_MS : undefined,
    });
  }, [api, fleet, nodeId, range]);
  return state;
}
