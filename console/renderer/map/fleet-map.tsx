// The fleet on the world: circles of nodes, arcs of probe paths, the close-up of one circle, and the paths worst first.
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { PathChart } from '../probes/path-chart.tsx';
import { PathList } from '../probes/path-list.tsx';
import { useProbePaths } from '../probes/use-probe-paths.ts';
import { formatRoute } from '../state/route.ts';
import { formatNumber, plural } from '../widgets/format.ts';
import { CloseUp } from './close-up.tsx';
import { type Cluster, clusterPlaces } from './clusters.ts';
import { type CountryCentres, loadCountryCentres } from './country-centres.ts';
import { FleetMarks } from './fleet-marks.tsx';
import { MapSurface } from './map-surface.tsx';
import { PlaceKeeper } from './place-keeper.ts';
import { needsCentres, type Place } from './places.ts';

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  /** Nodes that do not match the filter are not on the map. */
  matches: (node: FleetNode) => boolean;
  /** False while this console hears of no gateway. */
  known: boolean;
  /** Another whenever the nodes are: the map itself is shared and goes on changing. */
  version: number;
}

/** From centre to centre, pixels: two circles with their rings and a little air. */
const APART = 46;

export default function FleetMap({ nodes, matches, known, version: newest }: Props) {
  const version = useEverySecond(newest);
  const centres = useCountryCentres(nodes, version);
  // Dependencies: the version says that the nodes changed
  const [all, some] = useMemo(() => [new PlaceKeeper(), new PlaceKeeper()] as const, []);
  const everywhere = useMemo(() => all.update(nodes.values(), centres), [all, nodes, version, centres]);
  const book = useMemo(() => {
    const matching = [...nodes.values()].filter(matches);
    return matching.length === nodes.size ? everywhere : some.update(matching, centres);
  }, [everywhere, some, nodes, matches, centres]);
  const { paths, columns, loading, problem } = useProbePaths(everywhere, nodes);
  const [chosen, setChosen] = useState<string>();
  const [opened, setOpened] = useState<readonly string[]>();
  // Nobody asked for a path that is not on the map.
  const path =
    paths.find(({ key }) => key === chosen) ?? paths.find(({ fromPlace, toPlace }) => fromPlace !== undefined && toPlace !== undefined);
  const inMap = paths.filter(({ fromPlace, toPlace }) => fromPlace !== undefined && toPlace !== undefined);
  const cluster = useMemo(() => openedCluster(book.places, opened), [book, opened]);
  return (
    <div className={paths.length === 0 ? 'fleet-map no-paths' : 'fleet-map'}>
      <MapSurface label={`World map, ${plural(book.byNode.size, 'node')}`} points={book.places}>
        {(view) => (
          <>
            <FleetMarks
              view={view}
              places={book.places}
              apart={APART}
              paths={paths}
              known={known}
              chosenKey={path?.key}
              openKey={cluster?.key}
              onChoose={({ key }) => setChosen(key)}
              onOpen={({ places }) => setOpened(places.map((place) => place.key))}
            />
            <Unplaced nodes={book.unplaced} />
            {book.places.length + book.unplaced.length === 0 && <p className="unplaced small t2">No matches</p>}
          </>
        )}
      </MapSurface>
      <aside className="map-paths">
        <div className="chart-head">
          <h3>Probe paths</h3>
          <span className="t3 cut">
            {paths.length === 0 ? '' : `p50 over 5 min, ${formatNumber(inMap.length)} of ${formatNumber(paths.length)} on the map`}
          </span>
        </div>
        {paths.length > 0 ? (
          <PathList paths={paths} chosenKey={path?.key} onChoose={({ key }) => setChosen(key)} against="hour" />
        ) : (
          <p className="small t2 panel-note">
            {problem !== '' ? problem : loading ? 'Loading…' : 'No probe results in the last 5 min. '}
            {!loading && problem === '' && (
              <a className="link" href={formatRoute({ page: 'probes' })}>
                Set up probes
              </a>
            )}
          </p>
        )}
      </aside>
      <div className="map-foot">
        {cluster !== undefined && (
          <CloseUp
            key={cluster.key}
            cluster={cluster}
            paths={paths}
            known={known}
            chosenKey={path?.key}
            onChoose={({ key }) => setChosen(key)}
          />
        )}
        {path !== undefined && <PathChart path={path} columns={columns} lines={['p50', 'p95']} />}
      </div>
    </div>
  );
}

/** The one somebody opened; before that the one with most to say: not live, else several places. */
function openedCluster(places: readonly Place[], opened: readonly string[] | undefined): Cluster | undefined {
  const keys = new Set(opened);
  const members = places.filter(({ key }) => keys.has(key));
  // So wide that they are one.
  if (members.length > 0) return clusterPlaces(members, 1e-6, 1)[0];
  const weight = ({ total, counts, places }: Cluster): number => (total - counts.live) * 1000 + places.length;
  return clusterPlaces(places, 1, APART).reduce<Cluster | undefined>(
    (best, cluster) => (best === undefined || weight(cluster) > weight(best) ? cluster : best),
    undefined,
  );
}

/** Where thousands stand is worked out once a second: states change no faster than people read them. */
function useEverySecond(newest: number): number {
  const [version, setVersion] = useState(newest);
  const last = useRef(newest);
  last.current = newest;
  useEffect(() => {
    const timer = setInterval(() => setVersion(last.current), 1000);
    return () => clearInterval(timer);
  }, []);
  return version;
}

function useCountryCentres(nodes: ReadonlyMap<string, FleetNode>, version: number): CountryCentres | undefined {
  const [centres, setCentres] = useState<CountryCentres>();
  // Dependencies: the version says that the nodes changed
  const needed = useMemo(() => needsCentres(nodes.values()), [nodes, version]);
  useEffect(() => {
    // Without it these nodes are without a place, and the map says so.
    if (needed) loadCountryCentres().then(setCentres, () => setCentres(undefined));
  }, [needed]);
  return centres;
}

/** What is not on the map is said, with how to change it. */
function Unplaced({ nodes }: { nodes: readonly FleetNode[] }) {
  if (nodes.length === 0) return null;
  const [first] = nodes as readonly [FleetNode];
  return (
    <p
      className="unplaced small t2"
      title={nodes
        .slice(0, 20)
        .map(({ name }) => name)
        .join(', ')}
    >
      <b>{nodes.length === 1 ? '1 node has' : `${formatNumber(nodes.length)} nodes have`} no location</b>
      <span className="t3 cut">
        {' '}
        ({first.name}
        {nodes.length > 1 && ', …'}): set the labels latitude and longitude, or city
      </span>
    </p>
  );
}
