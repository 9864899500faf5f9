// What stands on the map: arcs below, circles and labels above. Circles are made for the zoom, and only moved while panning.
import { useMemo } from 'react';
import type { ProbePath } from '../probes/probe-paths.ts';
import { ArcLayer } from './arc-layer.tsx';
import { layOutArcs } from './arcs.ts';
import { clusterZoom } from './camera.ts';
import { boxesOf, ClusterLayer, showClusters } from './cluster-layer.tsx';
import { type Cluster, clusterPlaces } from './clusters.ts';
import type { Place } from './places.ts';
import type { MapView } from './use-camera.ts';

interface Props {
  view: MapView;
  places: readonly Place[];
  /** Least distance of two circles, pixels. */
  apart: number;
  paths: readonly ProbePath[];
  known: boolean;
  chosenKey: string | undefined;
  /** Key of the place whose circle is open. */
  openKey?: string | undefined;
  /** What the corner of the map is taken by: no label goes there. */
  top?: number;
  onChoose: (path: ProbePath) => void;
  onOpen: (cluster: Cluster) => void;
}

export function FleetMarks({ view, places, apart, paths, known, chosenKey, openKey, top = 0, onChoose, onOpen }: Props) {
  const zoom = clusterZoom(view.camera.pixelsPerUnit);
  const clusters = useMemo(() => clusterPlaces(places, zoom, apart), [places, zoom, apart]);
  const shown = showClusters(clusters, view, top);
  const arcs = layOutArcs(paths, shown, boxesOf(shown), { left: 0, top, right: view.size.width, bottom: view.size.height });
  return (
    <>
      <ArcLayer arcs={arcs} chosenKey={chosenKey} onChoose={onChoose} />
      <ClusterLayer shown={shown} known={known} openKey={openKey} onOpen={onOpen} />
    </>
  );
}
