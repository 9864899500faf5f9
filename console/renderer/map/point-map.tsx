// Values on the world: one disc a point, its area the value, with the greatest named where there is room.
import { useMemo } from 'react';
import { formatNumber, formatShort, plural } from '../widgets/format.ts';
import type { FitRoom } from './camera.ts';
import { placeLabels, textWidth } from './label-layout.ts';
import { MapSurface } from './map-surface.tsx';
import { toWorld, type WorldPoint } from './mercator.ts';
import type { MapView } from './use-camera.ts';

export interface MapPoint {
  latitude: number;
  longitude: number;
  label: string;
  /** Null is drawn as a ring: there is a place, and nothing known of it. */
  value: number | null;
}

/** The greatest of them are drawn: more discs would cover each other, and the page would feel it. */
const MAX_POINTS = 2000;
const LEAST_RADIUS = 3.5;
const MOST_RADIUS = 22;
const ROOM: FitRoom = { x: 70, y: 40, least: 60 };

interface PlacedPoint extends WorldPoint {
  point: MapPoint;
  radius: number;
}

/** A map of an answer that has coordinates; points without valid ones are counted beside it. */
export function PointMap({ points }: { points: readonly MapPoint[] }) {
  const { placed, without } = useMemo(() => placePoints(points), [points]);
  const shown = placed.slice(0, MAX_POINTS);
  const left = placed.length - shown.length;
  return (
    <div className="point-map">
      <MapSurface label={`Map of ${plural(placed.length, 'point')}${greatest(placed)}`} points={placed} room={ROOM}>
        {(view) => <Points view={view} placed={shown} />}
      </MapSurface>
      {(without > 0 || left > 0) && (
        <p className="unplaced small t2">
          {without > 0 && <b>Without valid coordinates: {formatNumber(without)}</b>}
          {left > 0 && <b>Not drawn, all smaller than these: {formatNumber(left)}</b>}
        </p>
      )}
    </div>
  );
}

function Points({ view, placed }: { view: MapView; placed: readonly PlacedPoint[] }) {
  const { width, height } = view.size;
  const visible = placed
    .map((one) => ({ ...one, ...view.toScreen(one) }))
    .filter(({ x, y, radius }) => x > -radius && y > -radius && x < width + radius && y < height + radius);
  const wishes = visible.slice(0, 60).map(({ x, y, radius, point }) => ({
    x,
    y,
    radius,
    width: textWidth(textOf(point), 6.3),
    height: 15,
  }));
  const labels = placeLabels(wishes, { left: 2, top: 2, right: width - 2, bottom: height - 2 });
  return (
    <svg className="map-layer points" aria-hidden="true">
      {visible.map(({ point, x, y, radius }, index) => (
        <circle key={index} cx={x} cy={y} r={radius} className={point.value === null ? 'unknown' : ''}>
          <title>{textOf(point)}</title>
        </circle>
      ))}
      {labels.map((label, index) => {
        const one = visible[index];
        if (label === undefined || one === undefined) return null;
        const { left, right, top, bottom } = label.box;
        return (
          <text key={index} x={(left + right) / 2} y={(top + bottom) / 2} dominantBaseline="middle" textAnchor="middle">
            {one.point.label} <tspan>{formatShort(one.point.value)}</tspan>
          </text>
        );
      })}
    </svg>
  );
}

/** Greatest first, so that small ones lie above them. */
function placePoints(points: readonly MapPoint[]): { placed: PlacedPoint[]; without: number } {
  let most = 0;
  for (const { value } of points) if (value !== null && Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  const placed: PlacedPoint[] = [];
  for (const point of points) {
    const spot = toWorld(point.latitude, point.longitude);
    if (spot === undefined) continue;
    const share = most === 0 || point.value === null ? 0 : Math.abs(point.value) / most;
    placed.push({ ...spot, point, radius: Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(share)) });
  }
  placed.sort((a, b) => Math.abs(b.point.value ?? 0) - Math.abs(a.point.value ?? 0));
  return { placed, without: points.length - placed.length };
}

function textOf({ label, value }: MapPoint): string {
  return `${label} ${formatShort(value)}`;
}

/** The text of the picture: the first few of what it shows. */
function greatest(placed: readonly PlacedPoint[]): string {
  return placed.length === 0
    ? ''
    : `: ${placed
        .slice(0, 5)
        .map(({ point }) => textOf(point))
        .join(', ')}`;
}
