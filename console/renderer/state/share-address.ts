// The address of a view as it is handed to somebody else: it opens the desktop console there, on the fleet it was copied from.
import type { DeskState } from '../../common/desk-api.ts';
import { formatRoute, type Route } from './route.ts';
import { Store } from './store.ts';
import { withTime } from './time-address.ts';
import type { TimeRange } from './time-range.ts';

/** What an address says of the fleet it is of. */
export interface SharedFrom {
  /** Name of the context; empty where it has none that others may know. */
  context: string;
  /** Fingerprint of the fleet; empty while it is not known. */
  fleet: string;
}

/** Where this window's addresses come from; set once the window knows it. */
export const sharedFrom = new Store<SharedFrom>({ context: '', fleet: '' });

/** A context that is named by its gateway is in no contexts file. */
const NAMED = /^[a-z0-9][a-z0-9._-]{0,39}$/;

export function toSharedFrom({ context: { name }, fleet }: Pick<DeskState, 'context' | 'fleet'>): SharedFrom {
  return { context: NAMED.test(name) ? name : '', fleet };
}

/**
 * `muster://fleet?filter=…&context=prod&fleet=…&time=…`, which shows the time of the window it was copied from. A query's text stays here: an address
 * from outside carries no SQL.
 */
export function shareAddress(route: Route, range: TimeRange): string {
  const shared: Route = route.page === 'explore' ? { page: 'explore', sql: '' } : route;
  const address = formatRoute(shared).replace('#/', 'muster://');
  const of = new URLSearchParams(Object.entries(sharedFrom.get()).filter(([, value]) => value !== '')).toString();
  return withTime(of === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${of}`, range);
}
