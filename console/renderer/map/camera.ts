// Which part of the world is shown, and how near. Pure.
import { WORLD_SIZE, type WorldPoint } from './mercator.ts';

/** `x`, `y`: the spot of the world in the middle of the view. */
export interface Camera extends WorldPoint {
  pixelsPerUnit: number;
}

export interface ViewSize {
  width: number;
  height: number;
}

/** At most about 300 m a pixel at the equator: nearer than the outlines are exact. */
const MOST_PIXELS_PER_UNIT = 128;

/** What a camera that shows all points leaves free. */
export interface FitRoom {
  /** For labels at the edges, pixels. */
  x: number;
  y: number;
  /** How much of the world is shown at least, so that a single place has its surroundings. */
  least: number;
}

/** All points within the view. */
export function fitCamera(points: readonly WorldPoint[], size: ViewSize, room: FitRoom): Camera {
  if (points.length === 0) return clampCamera({ x: WORLD_SIZE / 2, y: WORLD_SIZE * 0.42, pixelsPerUnit: 0 }, size);
  let [left, right, top, bottom] = [WORLD_SIZE, 0, WORLD_SIZE, 0];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const wide = Math.max(right - left, room.least);
  const high = Math.max(bottom - top, room.least * 0.6);
  const pixelsPerUnit = Math.min(Math.max(50, size.width - 2 * room.x) / wide, Math.max(50, size.height - 2 * room.y) / high);
  return clampCamera({ x: (left + right) / 2, y: (top + bottom) / 2, pixelsPerUnit }, size);
}

/** The world is never smaller than the view is wide, and its edges stay out of it. */
export function clampCamera(camera: Camera, { width, height }: ViewSize): Camera {
  const least = Math.max(width, 1) / WORLD_SIZE;
  const pixelsPerUnit = Math.min(MOST_PIXELS_PER_UNIT, Math.max(least, camera.pixelsPerUnit));
  const halfX = width / 2 / pixelsPerUnit;
  const halfY = Math.min(WORLD_SIZE / 2, height / 2 / pixelsPerUnit);
  return {
    x: Math.min(WORLD_SIZE - halfX, Math.max(halfX, camera.x)),
    y: Math.min(WORLD_SIZE - halfY, Math.max(halfY, camera.y)),
    pixelsPerUnit,
  };
}

/** Nearer or farther by a factor; the spot under `at` stays there. */
export function zoomed(camera: Camera, factor: number, at: WorldPoint, size: ViewSize): Camera {
  const before = toSpot(camera, at, size);
  const next = clampCamera({ ...camera, pixelsPerUnit: camera.pixelsPerUnit * factor }, size);
  const after = toSpot(next, at, size);
  return clampCamera({ ...next, x: next.x + before.x - after.x, y: next.y + before.y - after.y }, size);
}

/** Moved by pixels. */
export function panned(camera: Camera, byX: number, byY: number, size: ViewSize): Camera {
  return clampCamera({ ...camera, x: camera.x + byX / camera.pixelsPerUnit, y: camera.y + byY / camera.pixelsPerUnit }, size);
}

export function toScreen(camera: Camera, point: WorldPoint, size: ViewSize): WorldPoint {
  return {
    x: (point.x - camera.x) * camera.pixelsPerUnit + size.width / 2,
    y: (point.y - camera.y) * camera.pixelsPerUnit + size.height / 2,
  };
}

function toSpot(camera: Camera, at: WorldPoint, size: ViewSize): WorldPoint {
  return {
    x: camera.x + (at.x - size.width / 2) / camera.pixelsPerUnit,
    y: camera.y + (at.y - size.height / 2) / camera.pixelsPerUnit,
  };
}

/** The zoom that clusters are made for: a few steps, so that they do not regroup with every turn of the wheel. */
export function clusterZoom(pixelsPerUnit: number): number {
  return 2 ** (Math.round(Math.log2(pixelsPerUnit) * 3) / 3);
}
