// Paints land and water of the part of the world that is in view.
import { type Theme, token } from '../state/theme.ts';
import type { Camera, ViewSize } from './camera.ts';
import type { Box } from './label-layout.ts';
import { overlap } from './label-layout.ts';
import type { WorldLand } from './world-land.ts';

/** Land stands out from water as far as the surfaces of the theme allow. */
const LAND: Readonly<Record<Theme, string>> = { dark: 'surface-2', light: 'surface-1' };

export function paintLand(
  canvas: HTMLCanvasElement,
  land: WorldLand | undefined,
  camera: Camera,
  { width, height }: ViewSize,
  theme: Theme,
): void {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { pixelsPerUnit } = camera;
  const scale = pixelsPerUnit * ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = token('surface-0');
  context.fillRect(0, 0, wide, high);
  if (land === undefined) return;
  context.setTransform(scale, 0, 0, scale, wide / 2 - camera.x * scale, high / 2 - camera.y * scale);
  context.fillStyle = token(LAND[theme]);
  context.strokeStyle = token('line');
  context.lineWidth = 1 / pixelsPerUnit;
  const halfX = width / 2 / pixelsPerUnit;
  const halfY = height / 2 / pixelsPerUnit;
  const view: Box = { left: camera.x - halfX, right: camera.x + halfX, top: camera.y - halfY, bottom: camera.y + halfY };
  for (const { outline, bounds } of land) {
    if (!overlap(bounds, view)) continue;
    context.fill(outline);
    context.stroke(outline);
  }
}
