// How many values the tags of an opened table have within the window's time.
import { useEffect, useState } from 'react';
import type { SchemaTable } from '../../../common/console-api.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import { boundsOf } from '../../state/time-range.ts';
import type { TagCatalog } from './tag-catalog.ts';

const UNKNOWN: ReadonlyMap<string, number> = new Map();

/** Undefined while they are counted; without a number for a tag where the store did not say. */
export function useTagCounts(catalog: TagCatalog, table: SchemaTable): ReadonlyMap<string, number> | undefined {
  const { time, fleet } = useConsole();
  const range = useStore(time);
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>();
  useEffect(() => {
    let current = true;
    const show = (found: ReadonlyMap<string, number>): void => {
      if (current) setCounts(found);
    };
    catalog.counts(table, boundsOf(range, fleet.now())).then(show, () => show(UNKNOWN));
    return () => {
      current = false;
    };
  }, [catalog, table, range, fleet]);
  return counts;
}
