// Saved views and queries, as the palette offers them. Their pages own them; this only reads what they keep.

import { savedViews } from '../fleet/views/saved-views.ts';
import { formatRoute } from '../state/route.ts';
import { savedQueries } from '../state/saved-queries.ts';

export interface SavedPlace {
  name: string;
  /** What it is, in a word. */
  kind: 'view' | 'query';
  address: string;
}

export function savedPlaces(): SavedPlace[] {
  return [
    ...savedViews.get().map(({ name, route }): SavedPlace => ({ name, kind: 'view', address: formatRoute(route) })),
    ...savedQueries.get().map(({ name, sql }): SavedPlace => ({ name, kind: 'query', address: formatRoute({ page: 'explore', sql }) })),
  ];
}
