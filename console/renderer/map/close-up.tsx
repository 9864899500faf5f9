// One circle of the map, nearer: its places apart, the paths among them, and what is not live there.
import { Table2 } from 'lucide-react';
import type { ProbePath } from '../probes/probe-paths.ts';
import { formatRoute, navigate } from '../state/route.ts';
import { plural } from '../widgets/format.ts';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../widgets/state-mark.tsx';
import type { FitRoom } from './camera.ts';
import { type Cluster, clusterName } from './clusters.ts';
import { FleetMarks } from './fleet-marks.tsx';
import { MapSurface } from './map-surface.tsx';
import { fleetFilterOf } from './place-filter.ts';

interface Props {
  cluster: Cluster;
  paths: readonly ProbePath[];
  known: boolean;
  chosenKey: string | undefined;
  onChoose: (path: ProbePath) => void;
}

const ROOM: FitRoom = { x: 90, y: 56, least: 12 };
/** Height of what stands over the map. */
const HEAD = 44;
const MAX_NOT_LIVE = 4;

export function CloseUp({ cluster, paths, known, chosenKey, onChoose }: Props) {
  const filter = fleetFilterOf(cluster.places);
  return (
    <section className="close-up" aria-label={`Close-up of ${clusterName(cluster)}`}>
      <MapSurface label={`Map of ${clusterName(cluster)}`} points={cluster.places} room={ROOM}>
        {(view) => (
          <FleetMarks
            view={view}
            places={cluster.places}
            apart={30}
            paths={paths}
            known={known}
            chosenKey={chosenKey}
            top={HEAD}
            onChoose={onChoose}
            onOpen={({ places }) => navigate({ page: 'fleet', filter: fleetFilterOf(places) })}
          />
        )}
      </MapSurface>
      <header className="close-up-head">
        <h3>{clusterName(cluster)}</h3>
        <span className="t2 small">
          {plural(cluster.total, 'node')}
          {cluster.places.length > 1 && ` in ${plural(cluster.places.length, 'place')}`}
        </span>
        {filter !== '' && (
          <a className="button" href={formatRoute({ page: 'fleet', filter })}>
            <Table2 size={13} strokeWidth={1.6} />
            Show as a table
          </a>
        )}
      </header>
      {known && <NotLive cluster={cluster} />}
    </section>
  );
}

/** The worst few by name: what an operator opens next. */
function NotLive({ cluster }: { cluster: Cluster }) {
  const few = cluster.places
    .flatMap(({ nodes }) => nodes.filter((node) => node.state !== 'live'))
    .sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state))
    .slice(0, MAX_NOT_LIVE);
  if (few.length === 0) return null;
  return (
    <ul className="not-live small" aria-label="Not live here">
      {few.map((node) => (
        <li key={node.nodeId}>
          <a href={formatRoute({ page: 'node', nodeId: node.nodeId })} title={`${node.name}: ${STATE_WORDS[node.state]}`}>
            <StateMark state={node.state} size={11} />
            <span className="cut">{node.name}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
