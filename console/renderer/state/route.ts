// The window's address: which page, and what of it. Kept in the URL's fragment, so that back, forward and copying work.
import { Store } from './store.ts';

export type Route =
  | { page: 'fleet'; filter: string }
  | { page: 'node'; nodeId: string }
  | { page: 'explore'; sql: string }
  | { page: 'pipeline' };

/** The route of a fragment like `#/node/…`; the fleet where it names no page. */
export function parseRoute(fragment: string): Route {
  const [path = '', search = ''] = fragment.replace(/^#/, '').split('?', 2);
  const [, page, rest = ''] = path.split('/');
  const query = new URLSearchParams(search);
  if (page === 'node' && rest !== '') return { page, nodeId: decodeText(rest) };
  if (page === 'explore') return { page, sql: query.get('sql') ?? '' };
  if (page === 'pipeline') return { page };
  return { page: 'fleet', filter: query.get('filter') ?? '' };
}

/** The fragment of a route. */
export function formatRoute(route: Route): string {
  if (route.page === 'node') return `#/node/${encodeURIComponent(route.nodeId)}`;
  if (route.page === 'fleet') return route.filter === '' ? '#/fleet' : `#/fleet?${new URLSearchParams({ filter: route.filter })}`;
  if (route.page === 'explore') return route.sql === '' ? '#/explore' : `#/explore?${new URLSearchParams({ sql: route.sql })}`;
  return '#/pipeline';
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
  if (fragment === location.hash) return;
  if (how === 'push') location.hash = fragment;
  else {
    history.replaceState(null, '', fragment);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}
