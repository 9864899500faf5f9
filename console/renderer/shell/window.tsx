// The frame of the window: rail, bar, the page of the route, status line; keys that work everywhere.
import { lazy, Suspense, useEffect } from 'react';
import { FleetPage } from '../fleet/fleet-page.tsx';
import { pathHistory } from '../pipeline/path-trends.ts';
import { useConsole } from '../state/console-state.ts';
import { useLook } from '../state/look.ts';
import { rememberPlace } from '../state/recent.ts';
import type { Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { Bar } from './bar.tsx';
import { KeySheet } from './key-sheet.tsx';
import { NoticeLine } from './notice-line.tsx';
import { Palette } from './palette.tsx';
import { PastLine } from './past-line.tsx';
import { Rail } from './rail.tsx';
import { StatusLine } from './status-line.tsx';
import { UnlockDialog } from './unlock-dialog.tsx';
import { VersionNotice } from './version-notice.tsx';
import { useWindowKeys } from './window-keys.ts';
import { useWindowTitle } from './window-title.ts';

const AddMachine = lazy(() => import('../join/add-machine.tsx').then(({ AddMachine: named }) => ({ default: named })));
const NodePage = lazy(() => import('../node/node-page.tsx'));
const ExplorePage = lazy(() => import('../explore/explore-page.tsx'));
const SettingsPage = lazy(() => import('../settings/settings-page.tsx'));
const ProbesPage = lazy(() => import('../probes/probes-page.tsx'));
const PipelinePage = lazy(() => import('../pipeline/pipeline-page.tsx'));

/** A place somebody only passes through is not worth remembering. */
const SETTLED_MS = 2000;

export function Window() {
  const console = useConsole();
  const route = useStore(console.route);
  const past = useStore(console.time).kind === 'past';
  const paletteOpen = useStore(console.paletteOpen);
  const keysOpen = useStore(console.keysOpen);
  const unlockOpen = useStore(console.unlockOpen);
  const addOpen = useStore(console.addOpen);
  // Other colours or another zone: all is rendered again, and the page stays with its forms, its commands and its place.
  useLook();
  useEffect(
    () =>
      console.pipeline.subscribe(() => {
        const view = console.pipeline.get();
        if (view !== null) pathHistory.add(view);
      }),
    [console],
  );
  useWindowKeys();
  useWindowTitle();
  useEffect(() => {
    if (route.page !== 'node') return;
    const others = console.openNodes.get().filter((id) => id !== route.nodeId);
    console.openNodes.set([route.nodeId, ...others].slice(0, 8));
  }, [console, route]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const node = route.page === 'node' ? console.fleet.snapshot.get().nodes.get(route.nodeId) : undefined;
      rememberPlace(route, node?.name ?? (route.page === 'node' ? route.nodeId : ''), Date.now());
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [console, route]);
  return (
    <div className="window">
      <button type="button" className="skip" onClick={() => document.getElementById('page')?.focus()}>
        Skip to the page
      </button>
      <Rail />
      <Bar />
      <main className="page" id="page" tabIndex={-1}>
        {past && <PastLine />}
        <VersionNotice />
        <Suspense fallback={null}>
          <Page route={route} />
        </Suspense>
      </main>
      <StatusLine />
      {past && <div className="past-edge" />}
      <NoticeLine />
      {paletteOpen && <Palette />}
      {keysOpen && <KeySheet />}
      {unlockOpen && <UnlockDialog />}
      {addOpen && (
        <Suspense fallback={null}>
          <AddMachine />
        </Suspense>
      )}
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'fleet':
      return <FleetPage route={route} />;
    case 'node':
      return <NodePage key={route.nodeId} nodeId={route.nodeId} section={route.section} />;
    case 'explore':
      return <ExplorePage sql={route.sql} />;
    case 'pipeline':
      return <PipelinePage />;
    case 'settings':
      return <SettingsPage />;
    case 'probes':
      return <ProbesPage path={route.path} />;
  }
}
