// How the history of node states is asked of the store: by a gateway that begins, and by the console for the past. Pure.
import { changeKind, STATE_KINDS, STATE_REACH_MS, standingKind, UNWATCHED_KIND, WATCHED_KIND } from './state-events.ts';

/** From when to when states were watched. */
export const WATCHED_SQL = `SELECT min(timestamp) AS first, max(timestamp) AS last FROM events WHERE kind = '${WATCHED_KIND}'`;

/** Up to when states were watched, as far as that lies before a moment where one is given. */
export function watchedUntilSql(beforeMs?: number): string {
  const before = beforeMs === undefined ? '' : ` AND timestamp <= '${iso(beforeMs)}'`;
  return `SELECT max(timestamp) AS last FROM events WHERE kind = '${WATCHED_KIND}'${before}`;
}

/** A restart of a gateway is one of them. */
const MAX_GAPS = 10_000;

/** The times in between that nobody watched. */
export const UNWATCHED_SQL = `SELECT timestamp, attributes FROM events WHERE kind = '${UNWATCHED_KIND}' ORDER BY timestamp LIMIT -${MAX_GAPS}`;

/** What each node was at a moment, and since when it stands so. */
export function statesSql(momentMs: number, reachMs = STATE_REACH_MS): string {
  return (
    `SELECT node_id, kind, timestamp FROM events WHERE kind IN (${list(STATE_KINDS)}) AND timestamp > '${iso(momentMs - reachMs)}' ` +
    `AND timestamp <= '${iso(momentMs)}' LATEST ON timestamp PARTITION BY node_id`
  );
}

/** Rows of nodes that are not as they should be. */
const MISSED: readonly string[] = [changeKind, standingKind].flatMap((kindOf) => [kindOf('late'), kindOf('silent')]);

/**
 * What each node was at the end of each step (`1m`) in which something was written of it, of those that were missed at all. Rows without a change count
 * too: where nobody watched for long, such a row is the only one that says that a node is back.
 */
export function stateChangesSql(fromMs: number, toMs: number, step: string): string {
  const within = (firstMs: number): string => `timestamp >= '${iso(firstMs)}' AND timestamp < '${iso(toMs)}'`;
  const missed = `SELECT DISTINCT node_id FROM events WHERE kind IN (${list(MISSED)}) AND ${within(fromMs - STATE_REACH_MS)}`;
  return (
    `SELECT timestamp, node_id, last(kind) AS kind FROM events WHERE kind IN (${list(STATE_KINDS)}) AND ${within(fromMs)} ` +
    `AND node_id IN (${missed}) SAMPLE BY ${step}`
  );
}

function list(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
