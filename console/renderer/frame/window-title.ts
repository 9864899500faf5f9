// The window's title and mark: what it shows, of which fleet, and how many nodes need a look, for where only these are seen.
import { useEffect } from 'react';
import { useConsole } from '../state/console-state.ts';
import { nameOf } from '../state/recent.ts';
import type { Route } from '../state/route.ts';
import { useSelected, useStore } from '../state/store.ts';
import { contextName } from './context-name.ts';
import { type MarkState, markAddress } from './favicon.ts';
import { countNotLive } from './not-live.ts';

const PAGES: Readonly<Record<Route['page'], string>> = {
  fleet: 'Fleet',
  node: 'Node',
  explore: 'Explore',
  probes: 'Probes',
  pipeline: 'Pipeline',
  settings: 'Settings',
};

/** The page's own, as it was built. */
let ownMark: string | undefined;

export function useWindowTitle(): void {
  const { route, desk, fleet, connection } = useConsole();
  const shown = useStore(route);
  const context = contextName(useStore(desk)?.context);
  const complete = useSelected(fleet.snapshot, (snapshot) => snapshot.complete);
  const notLive = useSelected(fleet.snapshot, ({ counts }) => countNotLive(counts));
  const silent = useSelected(fleet.snapshot, ({ counts }) => counts.silent > 0);
  const kind = useSelected(connection, (state) => state.kind);
  useEffect(() => {
    // Dependency: a node's name is there once the fleet is
    void complete;
    const node = shown.page === 'node' ? (fleet.snapshot.get().nodes.get(shown.nodeId)?.name ?? shown.nodeId) : '';
    const badge = kind === 'lost' || kind === 'refused' ? '(?) ' : kind === 'connected' && notLive > 0 ? `(${notLive}) ` : '';
    document.title = badge + [nameOf(shown, node) || PAGES[shown.page], context, 'Muster'].filter(Boolean).join(' · ');
  }, [shown, context, complete, fleet, kind, notLive]);
  useEffect(() => {
    const state: MarkState =
      kind === 'lost' || kind === 'refused' ? 'unknown' : kind !== 'connected' || notLive === 0 ? 'well' : silent ? 'silent' : 'late';
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link === null) return;
    ownMark ??= link.href;
    link.href = markAddress(state, notLive) ?? ownMark;
  }, [kind, notLive, silent]);
}
