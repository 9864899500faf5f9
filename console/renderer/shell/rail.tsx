// The rail: which gateway, the pages there are, filters at hand, nodes opened in this window.
import { LayoutGrid, Radar, Settings, SquareTerminal, Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import { compileFilter } from '../fleet/filter/node-match.ts';
import { SavedViewsNav } from '../fleet/views/saved-views-nav.tsx';
import { lettersOf, pathNow } from '../pipeline/path-known.ts';
import { useConsole } from '../state/console-state.ts';
import { areStatesKnown, useFleetKnown } from '../state/fleet-known.ts';
import { type Known, mapKnown, valueOr } from '../state/known.ts';
import { formatRoute, type Route } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { KnownFigure } from '../widgets/known-figure.tsx';
import { LIMITS } from '../widgets/limits.ts';
import { MiddleCut } from '../widgets/middle-cut.tsx';
import { type ShownState, StateMark } from '../widgets/state-mark.tsx';
import { ContextMenu } from './context-menu.tsx';
import { countNotLive } from './not-live.ts';

const ICON = { size: 16, strokeWidth: 1.6 } as const;

/** Filters an operator reaches for first, compiled from the language of the filter line. */
const VIEWS = [
  // Nobody misses an idle source.
  { name: 'Not live', filter: '-state:live -state:maintenance -state:idle' },
  { name: `CPU over ${LIMITS.cpu[0]} %`, filter: `cpu>${LIMITS.cpu[0]}` },
  { name: `Disk over ${LIMITS.disk[0]} %`, filter: `disk>${LIMITS.disk[0]}` },
].map((view) => ({ ...view, holds: compileFilter(view.filter).matches }));

export function Rail() {
  const state = useConsole();
  const route = useStore(state.route);
  const { nodes } = useStore(state.fleet.snapshot);
  const fleet = useFleetKnown();
  const nowMs = useStore(state.clock);
  const path = pathNow(useStore(state.connection), useStore(state.pipeline), nowMs);
  const openNodes = useStore(state.openNodes);
  const context = useStore(state.desk)?.context;
  const known = areStatesKnown(fleet);
  return (
    <aside
      className="rail"
      aria-label="Pages and views"
      data-colour={context?.colour ?? 'teal'}
      data-careful={context?.readOnly || undefined}
    >
      <ContextMenu />
      <nav aria-label="Pages">
        <Item to={{ page: 'fleet', filter: '' }} here={route.page === 'fleet'} count={mapKnown(fleet.states, countNotLive)} nowMs={nowMs}>
          <LayoutGrid {...ICON} />
          Fleet
        </Item>
        <Item to={{ page: 'explore', sql: '' }} here={route.page === 'explore'}>
          <SquareTerminal {...ICON} />
          Explore
        </Item>
        <Item to={{ page: 'probes' }} here={route.page === 'probes'}>
          <Radar {...ICON} />
          Probes
        </Item>
        <Item to={{ page: 'pipeline' }} here={route.page === 'pipeline'} count={lettersOf(path)} nowMs={nowMs}>
          <Waypoints {...ICON} />
          Pipeline
        </Item>
      </nav>
      <h3>Views</h3>
      <nav className="minor" aria-label="Views">
        {VIEWS.map(({ name, filter, holds }) => (
          <Item
            key={name}
            to={{ page: 'fleet', filter }}
            here={route.page === 'fleet' && route.filter === filter}
            count={mapKnown(fleet.states, () => state.fleet.tally(holds).count)}
            nowMs={nowMs}
          >
            {name}
          </Item>
        ))}
        <SavedViewsNav />
      </nav>
      {openNodes.length > 0 && <h3>Open nodes</h3>}
      <nav className="minor" aria-label="Open nodes" hidden={openNodes.length === 0}>
        {openNodes.map((nodeId) => {
          const node = nodes.get(nodeId);
          const shown: ShownState = known && node !== undefined ? node.state : 'not_known';
          return (
            <Item key={nodeId} to={{ page: 'node', nodeId }} here={route.page === 'node' && route.nodeId === nodeId}>
              <StateMark state={shown} size={11} />
              <MiddleCut text={node?.name ?? nodeId} />
            </Item>
          );
        })}
      </nav>
      <span className="grow" />
      <nav className="foot" aria-label="Console">
        <Item to={{ page: 'settings' }} here={route.page === 'settings'}>
          <Settings {...ICON} />
          Settings
        </Item>
        <span className="product">Muster</span>
      </nav>
    </aside>
  );
}

interface ItemProps {
  to: Route;
  here: boolean;
  /** Nothing shows for a 0 that is known: – stands where it is not. */
  count?: Known<number>;
  nowMs?: number;
  children: ReactNode;
}

function Item({ to, here, count, nowMs = 0, children }: ItemProps) {
  return (
    <a href={formatRoute(to)} aria-current={here ? 'page' : undefined}>
      {children}
      {count !== undefined && valueOr(count, 1) > 0 && <KnownFigure className="count" of={count} nowMs={nowMs} />}
    </a>
  );
}
