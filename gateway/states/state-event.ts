// A row of the history of states as an event of the table `events`: its kind, its severity, and its sentence for people.
import type { FleetEvent } from '../../core/common/frame.ts';
import {
  changeKind,
  NODE_ATTRIBUTE,
  type StateWord,
  standingKind,
  UNTIL_ATTRIBUTE,
  UNWATCHED_KIND,
  WATCHED_KIND,
} from '../../core/common/state-events.ts';
import type { StateRow } from './state-watch.ts';

const SEVERITY: Readonly<Record<StateWord, FleetEvent['severity']>> = {
  ...{ live: 'info', late: 'info', silent: 'error', never_seen: 'info', quarantined: 'error', idle: 'info', removed: 'warning' },
  unknown: 'warning',
};

/** Why, as a bounded word. */
export type StateReason =
  | 'heard'
  | 'connected'
  | 'disconnected'
  | 'gateway_quiet'
  | 'stream_ended'
  | 'problem'
  | 'enrolled'
  | 'removed'
  | 'not_registered'
  | 'not_watched';

/** `gateway` is the one that writes it; `isHeard` says whether the one that holds the node's stream is known to run. */
export function toStateEvent(row: StateRow, gateway: string, isHeard: boolean): FleetEvent {
  const { nodeId, from, to, atMs, standing, folded, heardMs } = row;
  return {
    timeUs: atMs * 1000,
    kind: standing ? standingKind(to) : changeKind(to),
    severity: standing ? 'info' : SEVERITY[to],
    text: sentence(row, isHeard),
    attributes: {
      ...{ [NODE_ATTRIBUTE]: nodeId, from: from ?? '', reason: reasonOf(row, isHeard), gateway },
      ...(heardMs > 0 ? { last_heard_us: String(heardMs * 1000) } : {}),
      ...(folded > 0 ? { folded: String(folded) } : {}),
    },
  };
}

/** Up to `untilMs` all states were watched. */
export function watchedEvent(untilMs: number, gateway: string): FleetEvent {
  const text = 'the states of all nodes were watched until here';
  return { timeUs: untilMs * 1000, kind: WATCHED_KIND, severity: 'info', text, attributes: { gateway } };
}

/** Between the two nobody watched. */
export function unwatchedEvent(fromMs: number, untilMs: number, gateway: string, reason: string): FleetEvent {
  const text = `node states are not known for the ${Math.round((untilMs - fromMs) / 1000)} s from here on: ${reason}`;
  const attributes = { [UNTIL_ATTRIBUTE]: String(untilMs * 1000), gateway };
  return { timeUs: fromMs * 1000, kind: UNWATCHED_KIND, severity: 'warning', text, attributes };
}

function reasonOf({ to, gateway, problem }: StateRow, isHeard: boolean): StateReason {
  switch (to) {
    case 'live':
      return 'heard';
    case 'late':
    case 'silent':
      if (gateway === '') return 'disconnected';
      return isHeard ? 'connected' : 'gateway_quiet';
    case 'idle':
      return 'stream_ended';
    case 'quarantined':
      return 'problem';
    case 'never_seen':
      return 'enrolled';
    case 'removed':
      return 'removed';
    case 'unknown':
      return problem === '' ? 'not_watched' : 'not_registered';
  }
}

function sentence(row: StateRow, isHeard: boolean): string {
  const { folded, standing } = row;
  const more = folded === 0 ? '' : `, after ${folded} more changes within a minute`;
  return `${words(row, isHeard)}${standing ? ' (no change)' : ''}${more}`;
}

function words({ to, from, gateway, problem, atMs, heardMs }: StateRow, isHeard: boolean): string {
  const quiet = heardMs > 0 && heardMs < atMs ? `no samples for ${Math.round((atMs - heardMs) / 1000)} s` : 'no samples';
  const stream = gateway === '' ? 'no gateway holds its connection' : streamAt(gateway, isHeard);
  switch (to) {
    case 'live':
      return from === 'late' || from === 'silent' ? 'live again: samples arrive' : 'live: samples arrive';
    case 'late':
      return `late: ${quiet}, ${stream}`;
    case 'silent':
      return `silent: ${quiet}, ${stream}`;
    case 'idle':
      return 'idle: its stream has ended';
    case 'quarantined':
      return `quarantined: ${problem}`;
    case 'never_seen':
      return 'enrolled: no sample has arrived yet';
    case 'removed':
      return 'removed from the fleet';
    case 'unknown':
      return `state not known: ${problem || 'nobody has listened for long enough'}`;
  }
}

/** A gateway that is gone cannot say that its connections are. */
function streamAt(gateway: string, isHeard: boolean): string {
  if (isHeard) return `its connection to ${gateway} is open`;
  return `whether its connection to ${gateway} is open is not known: nothing is heard of that gateway`;
}
