// The fleet: filter, counts by state, and one of the views of all nodes that match.

import { Plus } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useMemo, useRef } from 'react';
import { FleetVerdict } from '../shell/fleet-verdict.tsx';
import { useConsole } from '../state/console-state.ts';
import { areStatesKnown, useFleetKnown } from '../state/fleet-known.ts';
import { useLook } from '../state/look.ts';
import type { FleetRoute } from '../state/route.ts';
import { navigate } from '../state/route.ts';
import { shareAddress } from '../state/share-address.ts';
import { useStore } from '../state/store.ts';
import { CopyAs } from '../widgets/copy-as.tsx';
import { grpcurlCall, shellWord } from '../widgets/shell-command.ts';
import { DisconnectedNotice } from './disconnected-notice.tsx';
import { FilterLine } from './filter/filter-line.tsx';
import { NoMatch } from './filter/no-match.tsx';
import { momentKnown, nodesInWords } from './filter/node-counts.ts';
import { compileFilter } from './filter/node-match.ts';
import { StateFacets } from './filter/state-facets.tsx';
import { FleetEmpty, FleetLoading, NoMoment } from './fleet-empty.tsx';
import { IncidentStrip } from './incidents/incident-strip.tsx';
import { ColumnMenu } from './table/column-menu.tsx';
import { formatSort } from './table/fleet-order.ts';
import { FleetTable } from './table/fleet-table.tsx';
import { GroupChoice } from './table/group-choice.tsx';
import { TreeLevels, treeLevels } from './tree/tree-levels.tsx';
import { useFleetMoment } from './use-fleet-moment.ts';
import { SaveView } from './views/save-view.tsx';
import { ViewSwitch } from './views/view-switch.tsx';

const HeatMap = lazy(() => import('./heat/heat-map.tsx'));
const FleetTree = lazy(() => import('./tree/fleet-tree.tsx'));
const FleetMap = lazy(() => import('../map/fleet-map.tsx'));

/** What the address names of the fleet. */

const HEAT_GROUP = 'region';

export function FleetPage({ route }: { route: FleetRoute }) {
  const { fleet, connection, time, addOpen } = useConsole();
  const snapshot = useStore(fleet.snapshot);
  const range = useStore(time);
  const moment = useFleetMoment();
  const { filter, view = 'table' } = route;
  const { matches, problem } = useMemo(() => compileFilter(filter), [filter]);
  const { nodes } = moment ?? snapshot;
  const look = useLook();
  const now = useFleetKnown();
  // What the store tells of a moment stays true while the gateway is away.
  const counted = moment === undefined ? now : momentKnown(moment);
  const known = areStatesKnown(counted);
  const go = (change: Partial<FleetRoute>, how: 'push' | 'replace' = 'push'): void => navigate({ ...route, ...change }, how);
  const setFilter = (text: string): void => go({ filter: text }, 'replace');
  const version = moment?.asOfMs ?? snapshot.version;
  // The tree's levels are several: the other views group by the first
  const group = route.group?.split(',')[0] ?? (view === 'heatmap' ? HEAT_GROUP : '');
  const levels = view === 'tree' ? treeLevels(route.group, nodes) : [];
  const shared = { nodes, version, matches, filter, known };
  // After the view: nobody waits for the strip at a letter in the filter
  // While a term is half written the strip rests on the filter before it: it asks the store for each.
  const understood = useRef({ filter, matches });
  if (problem === '') understood.current = { filter, matches };
  const { current: asked } = understood;
  const strip = useDeferredValue(useMemo(() => ({ nodes, version, ...asked }), [nodes, version, asked.matches, asked.filter]));
  return (
    <>
      <div className="page-title">
        <h1>Fleet</h1>
        <FleetVerdict />
        <span className="t3 small cut grow">{nodesInWords(counted.kinds, fleet.now())}</span>
        <CopyAs
          grpcurl={grpcurlCall(connection.get().gateway, 'ListNodes', { filter })}
          cli={filter === '' ? 'muster nodes' : `muster nodes ${shellWord(filter)}`}
          link={shareAddress(route, range)}
        />
        <button type="button" className="button" onClick={() => addOpen.set(true)}>
          <Plus size={13} strokeWidth={1.6} aria-hidden /> Add a machine
        </button>
        <ViewSwitch view={view} onChange={(next) => go({ view: next })} />
      </div>
      <div className="fleet-tools">
        <FilterLine filter={filter} nodes={nodes} onChange={setFilter} />
        <StateFacets shown={counted} filter={filter} nowMs={fleet.now()} onChange={setFilter} />
        <span className="grow" />
        {(view === 'table' || view === 'heatmap') && (
          <GroupChoice nodes={nodes} group={group} optional={view === 'table'} onChange={(next) => go({ group: next || undefined })} />
        )}
        {view === 'tree' && <TreeLevels nodes={nodes} levels={levels} onChange={(next) => go({ group: next || undefined })} />}
        {view === 'table' && <ColumnMenu nodes={nodes} />}
        <SaveView route={route} />
      </div>
      <DisconnectedNotice />
      {snapshot.nodes.size > 0 && (
        <div className="strip-place" hidden={problem !== ''}>
          {/* It holds nothing of the operator's, and keeps its bars while nothing of the fleet changes. */}
          <IncidentStrip key={look} shown={strip} />
        </div>
      )}
      <Suspense fallback={<FleetLoading />}>
        {(!snapshot.complete && nodes.size === 0) || moment?.loading ? (
          <FleetLoading />
        ) : nodes.size === 0 ? (
          moment === undefined ? (
            <FleetEmpty />
          ) : (
            <NoMoment problem={moment.problem} />
          )
        ) : problem !== '' ? (
          <NoMatch filter={filter} problem={problem} />
        ) : view === 'heatmap' ? (
          <HeatMap
            {...shared}
            group={group}
            metricKey={route.metric}
            onMetric={(metric) => go({ metric }, 'replace')}
            onFilter={setFilter}
          />
        ) : view === 'map' ? (
          <FleetMap {...shared} />
        ) : view === 'tree' ? (
          <FleetTree {...shared} levels={levels} />
        ) : (
          <FleetTable
            {...shared}
            complete={snapshot.complete}
            group={group}
            sort={route.sort}
            onSort={(sort) => go({ sort: formatSort(sort) }, 'replace')}
          />
        )}
      </Suspense>
    </>
  );
}
