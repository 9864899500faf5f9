// The address of a view as it is handed to somebody else: it opens the desktop console there.
import { formatRoute, type Route } from './route.ts';

/** `muster://fleet?filter=…`. A query's text stays here: an address from outside carries no SQL. */
export function shareAddress(route: Route): string {
  const shared: Route = route.page === 'explore' ? { page: 'explore', sql: '' } : route;
  return formatRoute(shared).replace('#/', 'muster://');
}
