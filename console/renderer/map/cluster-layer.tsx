// The circles of a map with their labels. One of them is in the order of focus; arrows go from circle to circle, Enter opens.
import { type KeyboardEvent, useRef, useState } from 'react';
import { STATE_COLORS } from '../widgets/state-mark.tsx';
import { ClusterRing } from './cluster-ring.tsx';
import { type Cluster, clusterName, clusterWords } from './clusters.ts';
import { type Box, type LabelWish, type PlacedLabel, placeLabels, textWidth } from './label-layout.ts';
import { directionOf, neighbour } from './neighbour.ts';
import type { MapView } from './use-camera.ts';

/** A cluster where it lies on the screen. */
export interface ShownCluster {
  cluster: Cluster;
  x: number;
  y: number;
  radius: number;
  name: string;
  label: PlacedLabel | undefined;
}

const LEAST_RADIUS = 11;
const MORE_RADIUS = 11;
const LABEL_HEIGHT = 29;

/** Largest first, only what is in view. */
export function showClusters(clusters: readonly Cluster[], view: MapView, top = 0): ShownCluster[] {
  const { width, height } = view.size;
  const most = Math.max(1, clusters[0]?.total ?? 1);
  const shown: Omit<ShownCluster, 'label'>[] = [];
  for (const cluster of clusters) {
    const { x, y } = view.toScreen(cluster);
    if (x < -30 || y < -30 || x > width + 30 || y > height + 30) continue;
    const radius = Math.round(LEAST_RADIUS + MORE_RADIUS * Math.sqrt(cluster.total / most) * (most > 12 ? 1 : 0.4));
    shown.push({ cluster, x, y, radius, name: clusterName(cluster) });
  }
  const wishes = shown.map(({ cluster, x, y, radius, name }): LabelWish => {
    const { total, notLive } = clusterWords(cluster);
    const words = notLive === '' ? total : `${total}, ${notLive}`;
    return { x, y, radius, width: Math.max(textWidth(name, 7.2), textWidth(words, 6.3)), height: LABEL_HEIGHT };
  });
  const labels = placeLabels(wishes, { left: 4, top: top + 4, right: width - 4, bottom: height - 4 });
  return shown.map((one, index) => ({ ...one, label: labels[index] }));
}

/** What the labels of arcs have to keep clear of. */
export function boxesOf(shown: readonly ShownCluster[]): Box[] {
  return shown.flatMap(({ x, y, radius, label }) => [
    { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius },
    ...(label === undefined ? [] : [label.box]),
  ]);
}

interface Props {
  shown: readonly ShownCluster[];
  known: boolean;
  /** Key of the place whose close-up is open. */
  openKey?: string | undefined;
  onOpen: (cluster: Cluster) => void;
}

export function ClusterLayer({ shown, known, openKey, onOpen }: Props) {
  const [focusKey, setFocusKey] = useState('');
  const layer = useRef<HTMLDivElement>(null);
  const inOrder = shown.some(({ cluster }) => cluster.key === focusKey) ? focusKey : shown[0]?.cluster.key;
  const onKeyDown = (event: KeyboardEvent, from: ShownCluster): void => {
    const direction = directionOf(event.key);
    const next = direction === undefined ? undefined : neighbour(shown, from, direction);
    if (next === undefined) return;
    event.preventDefault();
    layer.current?.querySelectorAll<HTMLElement>('.cluster')[shown.indexOf(next)]?.focus();
  };
  return (
    <div className="map-layer" ref={layer}>
      {shown.map((one) => {
        const { cluster, x, y, radius, name } = one;
        const words = clusterWords(cluster);
        const said = known ? `${words.total}${words.notLive && `, ${words.notLive}`}` : `${words.total.split(' ')[0]} nodes, not known`;
        return (
          <button
            key={cluster.key}
            type="button"
            className="cluster"
            style={{ transform: `translate(${x - radius - 2}px, ${y - radius - 2}px)` }}
            tabIndex={cluster.key === inOrder ? 0 : -1}
            aria-label={`${name}: ${said}`}
            aria-pressed={cluster.places.some(({ key }) => key === openKey)}
            title={`${cluster.places
              .map((place) => place.name)
              .slice(0, 12)
              .join(', ')}: ${said}`}
            onFocus={() => setFocusKey(cluster.key)}
            onKeyDown={(event) => onKeyDown(event, one)}
            onClick={() => onOpen(cluster)}
          >
            <ClusterRing radius={radius} total={cluster.total} counts={cluster.counts} known={known} />
          </button>
        );
      })}
      {shown.map(({ cluster, name, label }) => {
        if (label === undefined) return null;
        const words = clusterWords(cluster);
        return (
          <div
            key={cluster.key}
            className={`cluster-label ${label.side}`}
            aria-hidden="true"
            style={{ transform: `translate(${label.box.left}px, ${label.box.top}px)`, width: label.box.right - label.box.left }}
          >
            <b>{name}</b>
            <span>
              {known ? words.total : words.total.split(' ')[0]}
              {words.notLive !== '' && ', '}
              {known && words.notLive !== '' && <span className={STATE_COLORS[words.worst]}>{words.notLive}</span>}
              {!known && <span className="t3"> not known</span>}
            </span>
          </div>
        );
      })}
    </div>
  );
}
