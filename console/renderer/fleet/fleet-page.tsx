// The fleet: filter, counts by state, and the table of all nodes that match.
import { useMemo } from 'react';
import { formatClock, formatNumber, plural, zoneName } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { DisconnectedNotice } from './disconnected-notice.tsx';
import { FilterLine } from './filter-line.tsx';
import { FleetEmpty, FleetLoading, NoMoment } from './fleet-empty.tsx';
import { FleetTable } from './fleet-table.tsx';
import { compileFilter } from './node-match.ts';
import { StateFacets } from './state-facets.tsx';
import { useFleetMoment } from './use-fleet-moment.ts';

export function FleetPage({ filter }: { filter: string }) {
  const { fleet, connection } = useConsole();
  const snapshot = useStore(fleet.snapshot);
  const state = useStore(connection);
  const moment = useFleetMoment();
  const known = state.kind === 'connected';
  const { matches, problem } = useMemo(() => compileFilter(filter), [filter]);
  const { nodes, counts } = moment ?? snapshot;
  const setFilter = (text: string): void => navigate({ page: 'fleet', filter: text }, 'replace');
  const asOfMs = moment?.asOfMs ?? snapshot.asOfMs;
  return (
    <>
      <div className="page-title">
        <h1>Fleet</h1>
        <span className="t3 small cut">
          {snapshot.complete
            ? `${plural(nodes.size, 'node')}, as of ${formatClock(asOfMs)} ${zoneName()}`
            : snapshot.nodes.size > 0
              ? `${formatNumber(snapshot.nodes.size)} received`
              : ''}
        </span>
      </div>
      <div className="fleet-tools">
        <FilterLine filter={filter} onChange={setFilter} />
        <StateFacets counts={counts} total={nodes.size} filter={filter} known={known} onChange={setFilter} />
      </div>
      {problem !== '' && <p className="filter-problem small late">{problem}</p>}
      <DisconnectedNotice />
      {!snapshot.complete || moment?.loading ? (
        <FleetLoading />
      ) : nodes.size > 0 ? (
        <FleetTable nodes={nodes} version={moment?.asOfMs ?? snapshot.version} matches={matches} filter={filter} known={known} />
      ) : moment === undefined ? (
        <FleetEmpty />
      ) : (
        <NoMoment problem={moment.problem} />
      )}
    </>
  );
}
