// Where the windows stood and what they showed, kept between starts.
import { readKept } from './kept-file.ts';

export interface WindowPlace {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}

export interface WindowState extends WindowPlace {
  /** Name of its context. */
  context: string;
  /** Fragment of its page's address. */
  fragment: string;
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const FIRST_PLACE: WindowPlace = { width: 1440, height: 900, maximized: false };
export const MAX_WINDOWS = 20;
const LEAST = { width: 960, height: 600 };
const MAX_FRAGMENT = 4000;

/** The windows in the file, as far as they have the shape of one; those that would be on no screen lose their position. */
export function readWindows(path: string, screens: readonly Area[]): WindowState[] {
  return readKept(path, (value) => (value as unknown[]).slice(0, MAX_WINDOWS).flatMap((each) => toState(each, screens) ?? []), []);
}

function toState(value: unknown, screens: readonly Area[]): WindowState | undefined {
  const { context, fragment } = (value ?? {}) as Record<string, unknown>;
  const place = toPlace(value, screens);
  if (place === undefined || typeof context !== 'string' || typeof fragment !== 'string') return undefined;
  return { ...place, context, fragment: isFragment(fragment) ? fragment : '' };
}

/** Undefined where the value is no place of a window. */
export function toPlace(value: unknown, screens: readonly Area[]): WindowPlace | undefined {
  const { x, y, width, height, maximized } = (value ?? {}) as Record<string, unknown>;
  if (!isSize(width) || !isSize(height)) return undefined;
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

/** Whether it is an address within our page; what it names is the page's own business. */
export function isFragment(fragment: string): boolean {
  return fragment.length <= MAX_FRAGMENT && /^#\/[\x21-\x7e]*$/.test(fragment);
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 100_000;
}
