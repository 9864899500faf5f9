// The window's address: which page, and what of it. Kept in the URL's fragment, so that back, forward and copying work.
import { Store } from './store.ts';

export const FLEET_VIEWS = ['table', 'heatmap', 'map', 'tree'] as const;
export type FleetView = (typeof FLEET_VIEWS)[number];

/** The fleet's own. */
export type FleetRoute = Extract<Route, { page: 'fleet' }>;

/** What is not named has its default, and no place in the address. */
export type Route =
  | {
      page: 'fleet';
      filter: string;
      /** The table where it is not named. */
      view?: FleetView | undefined;
      /** Label or property the nodes are grouped by. */
      group?: string | undefined;
      /** What the heat map is coloured by. */
      metric?: string | undefined;
      /** The table's column, with a dash before it turned round. */
      sort?: string | undefined;
    }
  | { page: 'node'; nodeId: string /** The overview where it is not named. */; section?: string | undefined }
  | { page: 'explore'; sql: string }
  | { page: 'probes' /** The chosen path, as the page writes it. */; path?: string | undefined }
  | { page: 'pipeline' }
  | { page: 'settings' };

/** The route of a fragment like `#/node/…`; the fleet where it names no page. */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#/, '').split('?', 2);
  const [, page, rest = '', section = ''] = path.split('/');
  const query = new URLSearchParams(search);
  if (page === 'node' && rest !== '') return { page, nodeId: decodeText(rest), ...named('section', decodeText(section)) };
  if (page === 'explore') return { page, sql: query.get('sql') ?? '' };
  if (page === 'probes') return { page, ...named('path', query.get('path')) };
  if (page === 'pipeline' || page === 'settings') return { page };
  const view = FLEET_VIEWS.find((name) => name !== 'table' && name === query.get('view'));
  return {
    page: 'fleet',
    filter: query.get('filter') ?? '',
    ...named('view', view),
    ...named('group', query.get('group')),
    ...named('metric', query.get('metric')),
    ...named('sort', query.get('sort')),
  };
}

/** The fragment of a route. */
export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'fleet': {
      const view = route.view === 'table' ? '' : route.view;
      return withQuery('#/fleet', { filter: route.filter, view, group: route.group, metric: route.metric, sort: route.sort });
    }
    case 'node':
      return `#/node/${encodeURIComponent(route.nodeId)}${route.section ? `/${encodeURIComponent(route.section)}` : ''}`;
    case 'explore':
      return withQuery('#/explore', { sql: route.sql });
    case 'probes':
      return withQuery('#/probes', { path: route.path });
    default:
      return `#/${route.page}`;
  }
}

/** As a property only where there is something to say. */
function named<K extends string, V extends string>(name: K, value: V | null | undefined): { [key in K]?: V } {
  return value ? ({ [name]: value } as { [key in K]?: V }) : {};
}

function withQuery(path: string, values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** A stray `%` in an address must not end the program. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Follows the address bar and is followed by it. */
export function createRouteStore(): Store<Route> {
  const store = new Store<Route>(parseRoute(location.hash));
  window.addEventListener('hashchange', () => store.set(parseRoute(location.hash)));
  return store;
}

/** Goes there; `replace` leaves no step to go back to. */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const fragment = formatRoute(route);
  // Beside the route the address holds the window's time.
  if (fragment === formatRoute(parseRoute(location.hash))) return;
  if (how === 'push') location.hash = fragment;
  else {
    history.replaceState(null, '', fragment);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}
