// How the history of node states is asked of the store: by a gateway that begins, and by the console for the past. Pure.
import { changeKind, STATE_KINDS, STATE_REACH_MS, STATE_WORDS, standingKind, UNWATCHED_KIND, WATCHED_KIND } from './state-events.ts';

/** From when to when states were watched. */
export const WATCHED_SQL = `SELECT min(timestamp) AS first, max(timestamp) AS last FROM events WHERE kind = '${WATCHED_KIND}'`;

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

/** Of rows without a change, those of nodes that are not as they should be say something. */
const CHANGES = [...STATE_WORDS.map(changeKind), standingKind('late'), standingKind('silent')];

/** What each node was at the end of each step (`1m`) in which that changed. */
export function stateChangesSql(fromMs: number, toMs: number, step: string): string {
  return (
    `SELECT timestamp, node_id, last(kind) AS kind FROM events WHERE kind IN (${list(CHANGES)}) AND timestamp >= '${iso(fromMs)}' ` +
    `AND timestamp < '${iso(toMs)}' SAMPLE BY ${step}`
  );
}

function list(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
