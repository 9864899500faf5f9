// Where the windows stood and what they showed, kept between starts.
import { MusterError } from '../../core/common/muster-error.ts';
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

/** Why no further window opens beside so many; undefined while one may. */
export function windowsFull(open: number): MusterError | undefined {
  if (open < MAX_WINDOWS) return undefined;
  return new MusterError('limit_exceeded', `there are ${MAX_WINDOWS} windows already: close one of them first`);
}
const LEAST = { width: 960, height: 600 };
const MAX_FRAGMENT = 4000;
const STEP_ASIDE = 24;
/** Of a window's head, enough to take hold of. */
const TITLE = 100;

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
  return placeOn(screens, Number.isInteger(x) && Number.isInteger(y) ? { ...size, x: x as number, y: y as number } : size);
}

/** A little aside of the newest window, so that both are seen; where that would leave its screen, at the screen's corner again. */
export function placeAside({ x = 0, y = 0, width, height }: Omit<WindowPlace, 'maximized'>, screens: readonly Area[]): WindowPlace {
  const area = screens.find((each) => holds(each, x, y));
  const aside = { x: x + STEP_ASIDE, y: y + STEP_ASIDE, width, height, maximized: false };
  const fits = area !== undefined && aside.x + width <= area.x + area.width && aside.y + height <= area.y + area.height;
  return placeOn(screens, area === undefined || fits ? aside : { ...aside, x: area.x, y: area.y });
}

/** With no more than its screen has, and all of its title on it; one that is on no screen loses its position. */
function placeOn(screens: readonly Area[], place: WindowPlace): WindowPlace {
  const { x, y, maximized } = place;
  const area = x === undefined || y === undefined ? undefined : screens.find((each) => holds(each, x, y, place.width));
  const [most] = area === undefined ? screens : [area];
  const width = Math.min(place.width, most?.width ?? place.width);
  const height = Math.min(place.height, most?.height ?? place.height);
  if (area === undefined || x === undefined || y === undefined) return { width, height, maximized };
  return {
    x: width < place.width ? area.x : x,
    y: height < place.height ? area.y : y,
    width,
    height,
    maximized,
  };
}

/** Whether enough of a title at that place is on the screen to take hold of it. */
function holds(area: Area, x: number, y: number, width: number = TITLE): boolean {
  return x < area.x + area.width - TITLE && x + width > area.x + TITLE && y >= area.y && y < area.y + area.height - TITLE;
}

/** Whether it is an address within our page; what it names is the page's own business. */
export function isFragment(fragment: string): boolean {
  return fragment.length <= MAX_FRAGMENT && /^#\/[\x21-\x7e]*$/.test(fragment);
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 100_000;
}
