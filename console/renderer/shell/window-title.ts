// The window's title and mark: what it shows, of which fleet, and how many nodes need a look, for where only these are seen.
import { useEffect } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useFleetKnown } from '../state/fleet-known.ts';
import type { StateCounts } from '../state/fleet-store.ts';
import { type Known, mapKnown } from '../state/known.ts';
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
  const { states } = useFleetKnown();
  const begun = useSelected(connection, ({ kind }) => kind !== 'connecting');
  const notLive = mapKnown(states, countNotLive);
  const badge = begun ? titleBadge(notLive) : '';
  const mark = begun ? markOf(states, notLive) : 'well';
  const count = notLive.value ?? 0;
  useEffect(() => {
    // Dependency: a node's name is there once the fleet is
    void complete;
    const node = shown.page === 'node' ? (fleet.snapshot.get().nodes.get(shown.nodeId)?.name ?? shown.nodeId) : '';
    document.title = badge + [nameOf(shown, node) || PAGES[shown.page], context, 'Muster'].filter(Boolean).join(' · ');
  }, [shown, context, complete, fleet, badge]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link === null) return;
    ownMark ??= link.href;
    link.href = markAddress(mark, count) ?? ownMark;
  }, [mark, count]);
}

/** Before the page's name: how many nodes need a look, `3+` where not all are received, `?` where nobody knows. */
export function titleBadge(notLive: Known<number>): string {
  if (notLive.worth === 'unknown') return '(?) ';
  return notLive.value > 0 ? `(${notLive.value}${notLive.worth === 'partial' ? '+' : ''}) ` : '';
}

function markOf(states: Known<StateCounts>, notLive: Known<number>): MarkState {
  if (states.worth === 'unknown' || notLive.worth === 'unknown') return 'unknown';
  return notLive.value === 0 ? 'well' : states.value.silent > 0 ? 'silent' : 'late';
}
