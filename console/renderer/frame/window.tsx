// The frame of the window: rail, bar, the page of the route, status line; keys that work everywhere.
import { lazy, Suspense, useEffect } from 'react';
import { FleetPage } from '../fleet/fleet-page.tsx';
import { useConsole } from '../state/console-state.ts';
import type { Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { Bar } from './bar.tsx';
import { Palette } from './palette.tsx';
import { PastLine } from './past-line.tsx';
import { Rail } from './rail.tsx';
import { StatusLine } from './status-line.tsx';
import { useWindowKeys } from './window-keys.ts';

const NodePage = lazy(() => import('../node/node-page.tsx'));
const ExplorePage = lazy(() => import('../explore/explore-page.tsx'));
const PipelinePage = lazy(() => import('../pipeline/pipeline-page.tsx'));

export function Window() {
  const console = useConsole();
  const route = useStore(console.route);
  const past = useStore(console.time).kind === 'past';
  const paletteOpen = useStore(console.paletteOpen);
  useWindowKeys();
  useEffect(() => {
    if (route.page !== 'node') return;
    const others = console.openNodes.get().filter((id) => id !== route.nodeId);
    console.openNodes.set([route.nodeId, ...others].slice(0, 8));
  }, [console, route]);
  return (
    <div className="window">
      <Rail />
      <Bar />
      <main className="page">
        {past && <PastLine />}
        <Suspense fallback={null}>
          <Page route={route} />
        </Suspense>
      </main>
      <StatusLine />
      {past && <div className="past-edge" />}
      {paletteOpen && <Palette />}
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'fleet':
      return <FleetPage filter={route.filter} />;
    case 'node':
      return <NodePage key={route.nodeId} nodeId={route.nodeId} />;
    case 'explore':
      return <ExplorePage sql={route.sql} />;
    case 'pipeline':
      return <PipelinePage />;
    case 'probes':
    case 'settings':
      return null;
  }
}
