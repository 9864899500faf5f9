// How the history of node states stands in the table `events`: which kinds there are, and what each says. Gateways alone write them.

/** What a node was. `removed`: taken out of the fleet. `unknown`: nobody could tell. */
export const STATE_WORDS = ['live', 'late', 'silent', 'never_seen', 'quarantined', 'idle', 'removed', 'unknown'] as const;
export type StateWord = (typeof STATE_WORDS)[number];

/** Of the row that says up to when the states of all nodes were watched. Its node is the part that watched. */
export const WATCHED_KIND = 'states_watched';
/** Of the row that says from when on (its time) until when (`UNTIL_ATTRIBUTE`) nobody watched: what a node was in between is not known. */
export const UNWATCHED_KIND = 'states_unwatched';
/** Unix µs. */
export const UNTIL_ATTRIBUTE = 'until_us';
/** The node that a part speaks of. */
export const NODE_ATTRIBUTE = 'node_id';

/** A node's state is written anew after so long without a change, so that it is found without reading all of the history. */
export const STANDING_AFTER_MS = 20 * 3_600_000;
/** How far before a moment the newest row of a node lies at most. */
export const STATE_REACH_MS = 25 * 3_600_000;

const CHANGE = 'node_';
const STANDING = 'still_';

/** Of the row that says that a node became so. */
export function changeKind(state: StateWord): string {
  return `${CHANGE}${state}`;
}

/** Of the row that says that a node is so still. */
export function standingKind(state: StateWord): string {
  return `${STANDING}${state}`;
}

/** All kinds that say what a node is. */
export const STATE_KINDS: readonly string[] = STATE_WORDS.flatMap((state) => [changeKind(state), standingKind(state)]);

const BY_KIND = new Map(STATE_WORDS.flatMap((state) => [[changeKind(state), state] as const, [standingKind(state), state] as const]));
/** All kinds that gateways alone record. An ETL says in its status which it knows. */
export const PART_KINDS: readonly string[] = [...STATE_KINDS, WATCHED_KIND, UNWATCHED_KIND];
const RESERVED = new Set(PART_KINDS);

/** Undefined for the kind of another event. */
export function stateOfKind(kind: string): StateWord | undefined {
  return BY_KIND.get(kind);
}

/** True for kinds that no agent may use. */
export function isStateKind(kind: string): boolean {
  return RESERVED.has(kind);
}

/** A kind that the ETL of this status does not know: it would store it as an event of the part that sent it. Undefined where it knows all. */
export function kindUnknownTo({ eventKinds = [] }: { eventKinds?: readonly string[] }): string | undefined {
  const known = new Set(eventKinds);
  return PART_KINDS.find((kind) => !known.has(kind));
}
