// Where the window stood, kept between starts. A file that cannot be read counts as none.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface WindowState {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const FIRST_STATE: WindowState = { width: 1440, height: 900, maximized: false };
const LEAST = { width: 960, height: 600 };

/** The state in the file, if it has the shape of one and its window would be on one of the screens. */
export function readWindowState(path: string, screens: readonly Area[]): WindowState {
  try {
    return fitted(JSON.parse(readFileSync(path, 'utf8')), screens);
  } catch {
    return FIRST_STATE;
  }
}

/** Throws where the value is no state. */
export function fitted(value: unknown, screens: readonly Area[]): WindowState {
  const { x, y, width, height, maximized } = value as Record<string, unknown>;
  if (!isSize(width) || !isSize(height)) throw new Error('no window state');
  const size = { width: Math.max(LEAST.width, width), height: Math.max(LEAST.height, height), maximized: maximized === true };
  const onScreen =
    Number.isInteger(x) &&
    Number.isInteger(y) &&
    screens.some(
      (area) =>
        (x as number) < area.x + area.width - 100 &&
        (x as number) + size.width > area.x + 100 &&
        (y as number) >= area.y &&
        (y as number) < area.y + area.height - 100,
    );
  return onScreen ? { ...size, x: x as number, y: y as number } : size;
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 100_000;
}

/** Never half-written. Throws where the folder does not take it. */
export function writeWindowState(path: string, state: WindowState): void {
  writeFileSync(`${path}.part`, JSON.stringify(state));
  renameSync(`${path}.part`, path);
}
