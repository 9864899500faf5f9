// Which columns the table shows, in what order: what the operator chose, else those that fit.
import { createPreference } from '../../state/preferences.ts';
import type { FleetColumn } from './fleet-column.ts';
import { FLEET_COLUMNS } from './fleet-columns.ts';
import { groupingOf } from './fleet-groups.ts';

const MAX_COLUMNS = 40;
const LABEL = 'label:';

/** Keys in order; null while the table chooses by its width. */
export const chosenColumns = createPreference<readonly string[] | null>('fleet.columns', null, (kept) => {
  if (!Array.isArray(kept)) return undefined;
  const keys = kept.filter((key): key is string => typeof key === 'string' && columnOf(key) !== undefined);
  return withName([...new Set(keys)].slice(0, MAX_COLUMNS));
});

/** A row without its name says nothing. */
export function withName(keys: readonly string[]): readonly string[] {
  return keys.includes('name') ? keys : ['name', ...keys];
}

export function columnsToShow(chosen: readonly string[] | null, width: number): readonly FleetColumn[] {
  if (chosen === null) return FLEET_COLUMNS.filter((column) => width >= column.from);
  return chosen.map(columnOf).filter((column): column is FleetColumn => column !== undefined);
}

const labels = new Map<string, FleetColumn>();

/** By key; `label:NAME` is the column of a label. */
export function columnOf(key: string): FleetColumn | undefined {
  if (!key.startsWith(LABEL)) return FLEET_COLUMNS.find((column) => column.key === key);
  const known = labels.get(key);
  if (known !== undefined || key.length > 200) return known;
  const { title, of } = groupingOf(`label.${key.slice(LABEL.length)}`);
  const column: FleetColumn = {
    key,
    title,
    width: 110,
    from: 0,
    compare: (a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0),
    text: ({ node }) => of(node) || '–',
  };
  labels.set(key, column);
  return column;
}

export function labelColumn(name: string): string {
  return LABEL + name;
}

/** The list with one key moved by so many places. */
export function moved(keys: readonly string[], key: string, by: number): readonly string[] {
  const at = keys.indexOf(key);
  const to = Math.min(keys.length - 1, Math.max(0, at + by));
  if (at < 0 || to === at) return keys;
  const others = keys.filter((other) => other !== key);
  return [...others.slice(0, to), key, ...others.slice(to)];
}
