// The window's title: what it shows and of which context, so that windows are told apart where only titles are seen.
import { useEffect } from 'react';
import { useConsole } from '../state/console-state.ts';
import { nameOf } from '../state/recent.ts';
import type { Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';

const PAGES: Readonly<Record<Route['page'], string>> = {
  fleet: 'Fleet',
  node: 'Node',
  explore: 'Explore',
  probes: 'Probes',
  pipeline: 'Pipeline',
  settings: 'Settings',
};

export function useWindowTitle(): void {
  const { route, desk, fleet } = useConsole();
  const shown = useStore(route);
  const context = useStore(desk)?.context.name ?? '';
  const complete = useStore(fleet.snapshot).complete;
  useEffect(() => {
    // Dependency: a node's name is there once the fleet is
    void complete;
    const node = shown.page === 'node' ? (fleet.snapshot.get().nodes.get(shown.nodeId)?.name ?? shown.nodeId) : '';
    document.title = [nameOf(shown, node) || PAGES[shown.page], context, 'Muster'].filter(Boolean).join(' · ');
  }, [shown, context, complete, fleet]);
}
