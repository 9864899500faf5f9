// The world as a square: Mercator, which keeps the shapes of small areas, so that the close-up looks as people know it.
import { geoMercator } from 'd3-geo';

/** The side of the square that is the whole world. */
export const WORLD_SIZE = 1024;

/** Mercator has no poles: what lies beyond stands at the edge. */
const MOST_LATITUDE = 84;

/** Where a point lies in the square, from its upper left corner. */
export interface WorldPoint {
  x: number;
  y: number;
}

export const worldProjection = geoMercator()
  .scale(WORLD_SIZE / (2 * Math.PI))
  .translate([WORLD_SIZE / 2, WORLD_SIZE / 2]);

/** Undefined where these are no coordinates. */
export function toWorld(latitude: number, longitude: number): WorldPoint | undefined {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  const within = Math.max(-MOST_LATITUDE, Math.min(MOST_LATITUDE, latitude));
  const [x, y] = worldProjection([longitude, within]) as [number, number];
  return { x, y };
}
