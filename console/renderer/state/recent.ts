// Where an operator was lately, newest first: the palette offers it. Addresses only, with a name as it was then.
import { createFleetPreference } from './preferences.ts';
import { formatRoute, type Route } from './route.ts';

export interface RecentPlace {
  /** The fragment of its route. */
  address: string;
  name: string;
  atMs: number;
}

const MAX_PLACES = 20;
const MAX_ADDRESS = 2000;

export const recentPlaces = createFleetPreference<readonly RecentPlace[]>('recent', [], (kept) =>
  Array.isArray(kept) ? kept.filter(isPlace).slice(0, MAX_PLACES) : undefined,
);

/** Remembers that the route was shown; pages one key away are not worth it. */
export function rememberPlace(route: Route, nodeName: string, atMs: number): void {
  const name = nameOf(route, nodeName);
  const address = formatRoute(route);
  if (name === '' || address.length > MAX_ADDRESS) return;
  const others = recentPlaces.get().filter((place) => place.address !== address);
  recentPlaces.set([{ address, name, atMs }, ...others].slice(0, MAX_PLACES));
}

/** What a person would call it; empty where it is a page as it opens. */
export function nameOf(route: Route, nodeName: string): string {
  switch (route.page) {
    case 'fleet': {
      const parts = [route.view && route.view !== 'table' && `as ${route.view}`, route.filter, route.group && `by ${route.group}`];
      const said = parts.filter(Boolean).join(', ');
      return said === '' ? '' : `Fleet: ${said}`;
    }
    case 'node':
      return route.section ? `${nodeName}, ${route.section}` : nodeName;
    case 'explore':
      return route.sql === '' ? '' : `Query: ${route.sql.replace(/\s+/g, ' ').trim().slice(0, 80)}`;
    case 'probes':
      return route.path ? `Probes: ${route.path}` : '';
    default:
      return '';
  }
}

function isPlace(value: unknown): value is RecentPlace {
  const { address, name, atMs } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof address === 'string' &&
    address.startsWith('#/') &&
    address.length <= MAX_ADDRESS &&
    typeof name === 'string' &&
    name.length <= 200 &&
    typeof atMs === 'number'
  );
}
