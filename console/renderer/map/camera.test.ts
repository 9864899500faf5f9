import { expect, test } from 'vitest';
import { clampCamera, fitCamera, panned, toScreen, zoomed } from './camera.ts';
import { toWorld, WORLD_SIZE } from './mercator.ts';
import { directionOf, neighbour } from './neighbour.ts';

const size = { width: 900, height: 500 };
const room = { x: 100, y: 40, least: 60 };
const points = [toWorld(50, -120), toWorld(-30, 140), toWorld(5, 0)].map((point) => point as { x: number; y: number });

test('all points are in view with room at the edges', () => {
  const camera = fitCamera(points, size, room);
  for (const point of points) {
    const { x, y } = toScreen(camera, point, size);
    expect(x).toBeGreaterThan(90);
    expect(x).toBeLessThan(810);
    expect(y).toBeGreaterThan(39);
    expect(y).toBeLessThan(461);
  }
});

test('the spot under the pointer stays there while zooming', () => {
  const camera = { x: 500, y: 500, pixelsPerUnit: 2 };
  const at = { x: 300, y: 200 };
  const spot = { x: 500 + (300 - 450) / 2, y: 500 + (200 - 250) / 2 };
  const after = toScreen(zoomed(camera, 1.7, at, size), spot, size);
  expect(after.x).toBeCloseTo(300);
  expect(after.y).toBeCloseTo(200);
});

test('the edges of the world stay out of view, however far one pans or zooms out', () => {
  const far = panned({ x: 512, y: 512, pixelsPerUnit: 2 }, -1e6, 1e6, size);
  expect(toScreen(far, { x: 0, y: WORLD_SIZE }, size)).toEqual({ x: 0, y: size.height });
  expect(clampCamera({ x: 0, y: 0, pixelsPerUnit: 1e-9 }, size).pixelsPerUnit).toBeCloseTo(900 / WORLD_SIZE);
  expect(clampCamera({ x: 0, y: 0, pixelsPerUnit: 1e9 }, size).pixelsPerUnit).toBe(128);
});

test('an arrow leads to the nearest that way', () => {
  const [west, east, north] = [
    { x: 0, y: 0 },
    { x: 100, y: 10 },
    { x: 40, y: -80 },
  ];
  const all = [west, east, north] as { x: number; y: number }[];
  expect(neighbour(all, west as never, directionOf('ArrowRight') as never)).toBe(east);
  expect(neighbour(all, west as never, directionOf('ArrowUp') as never)).toBe(north);
  expect(neighbour(all, west as never, directionOf('ArrowLeft') as never)).toBeUndefined();
  expect(directionOf('a')).toBeUndefined();
});
