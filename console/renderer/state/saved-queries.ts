// Queries an operator keeps by name, and those run lately: the same in all windows, bounded, and back again while the undo is at hand.
import { createFleetPreference } from './preferences.ts';

export interface SavedQuery {
  name: string;
  sql: string;
}

export const MAX_SAVED = 60;
const MAX_HISTORY = 40;
const MAX_NAME = 80;
/** A longer one is not kept: all of them together must fit their place. */
const MAX_KEPT_SQL = 4000;

export const savedQueries = createFleetPreference<readonly SavedQuery[]>('explore.saved', [], (kept) =>
  Array.isArray(kept) ? kept.filter(isSavedQuery).slice(0, MAX_SAVED) : undefined,
);

/** Newest first. */
export const queryHistory = createFleetPreference<readonly string[]>('explore.history', [], (kept) =>
  Array.isArray(kept)
    ? kept.filter((sql): sql is string => typeof sql === 'string' && sql.length <= MAX_KEPT_SQL).slice(0, MAX_HISTORY)
    : undefined,
);

export function rememberQuery(history: readonly string[], sql: string): readonly string[] {
  if (history[0] === sql || sql.trim() === '' || sql.length > MAX_KEPT_SQL) return history;
  return [sql, ...history.filter((other) => other !== sql)].slice(0, MAX_HISTORY);
}

/** Under that name, in place of what had it. Throws nothing: a list that is full says so. */
export function saveQuery(saved: readonly SavedQuery[], given: SavedQuery): { saved: readonly SavedQuery[] } | { why: string } {
  const query = { name: given.name.trim().slice(0, MAX_NAME), sql: given.sql };
  if (query.name === '') return { why: 'Enter a name.' };
  if (query.sql.length > MAX_KEPT_SQL)
    return { why: `The query has ${query.sql.length} characters; at most ${MAX_KEPT_SQL} can be saved.` };
  const others = saved.filter((other) => other.name !== query.name);
  if (others.length >= MAX_SAVED) return { why: `${MAX_SAVED} queries are saved: delete one first.` };
  return { saved: [...others, query].sort((a, b) => a.name.localeCompare(b.name)) };
}

/** What a query is called while nobody named it: its own words, in one line. */
export function queryTitle(sql: string): string {
  return (
    sql
      .replace(/^\s*--.*$/gm, '')
      .replace(/\s+/g, ' ')
      .trim() || sql.trim()
  );
}

function isSavedQuery(value: unknown): value is SavedQuery {
  const { name, sql } = (value ?? {}) as Partial<SavedQuery>;
  return typeof name === 'string' && name !== '' && name.length <= MAX_NAME && typeof sql === 'string' && sql.length <= MAX_KEPT_SQL;
}
