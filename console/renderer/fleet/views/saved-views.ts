// Views an operator named: what the fleet's address says, kept under a name.

import { createFleetPreference } from '../../state/preferences.ts';
import type { FleetRoute } from '../../state/route.ts';
import { FLEET_VIEWS, formatRoute, parseRoute, type Route } from '../../state/route.ts';

export interface SavedView {
  name: string;
  /** Everything the address names: filter, view, group, metric, sort. */
  route: FleetRoute;
}

export const MAX_SAVED_VIEWS = 50;
export const MAX_VIEW_NAME = 60;
const MAX_ADDRESS = 4000;

/** In the order they were saved. Kept as addresses, as those are what a later version can still read. */
export const savedViews = createFleetPreference<readonly SavedView[]>('fleet.views', [], (kept) => {
  if (!Array.isArray(kept)) return undefined;
  return kept.slice(0, MAX_SAVED_VIEWS).flatMap((view) => readView(view) ?? []);
});

function readView(kept: unknown): SavedView | undefined {
  const { name, route } = (kept ?? {}) as { name?: unknown; route?: Partial<FleetRoute> };
  if (typeof name !== 'string' || name === '' || typeof route !== 'object' || route === null) return undefined;
  const { filter, view } = route;
  if (typeof filter !== 'string' || (view !== undefined && !FLEET_VIEWS.includes(view))) return undefined;
  const again = parseRoute(formatRoute({ page: 'fleet', ...route, filter }).slice(0, MAX_ADDRESS));
  return again.page === 'fleet' ? { name: name.slice(0, MAX_VIEW_NAME), route: again } : undefined;
}

/** The list with the view under that name, in the place of one that had it; undefined where there is no room or no name. */
export function withView(views: readonly SavedView[], name: string, route: FleetRoute): readonly SavedView[] | undefined {
  const trimmed = name.trim().slice(0, MAX_VIEW_NAME);
  if (trimmed === '') return undefined;
  const at = views.findIndex((view) => view.name === trimmed);
  const view = { name: trimmed, route };
  if (at >= 0) return views.map((other, index) => (index === at ? view : other));
  return views.length >= MAX_SAVED_VIEWS ? undefined : [...views, view];
}

/** Undefined where another view has that name, or it is none. */
export function renamedView(views: readonly SavedView[], from: string, to: string): readonly SavedView[] | undefined {
  const name = to.trim().slice(0, MAX_VIEW_NAME);
  if (name === '' || (name !== from && views.some((view) => view.name === name))) return undefined;
  return views.map((view) => (view.name === from ? { ...view, name } : view));
}

export function isSameView(a: Route, b: FleetRoute): boolean {
  return formatRoute(a) === formatRoute(b);
}
