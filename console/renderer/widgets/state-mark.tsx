// A node's state as shape and word: never by colour alone.
import type { NodeStateName } from '../../common/fleet-node.ts';

/** `not_known`: this console hears of no gateway, which says nothing of the node. */
export type ShownState = NodeStateName | 'not_known';

export const STATE_WORDS: Record<ShownState, string> = {
  live: 'Live',
  late: 'Late',
  silent: 'Silent',
  quarantined: 'Quarantined',
  maintenance: 'Maintenance',
  never_seen: 'Never seen',
  unknown: 'Unknown',
  idle: 'Idle',
  not_known: 'Not known',
};

export const STATE_COLORS: Record<ShownState, 'ok' | 'late' | 'bad' | 'hold' | 'mute'> = {
  live: 'ok',
  late: 'late',
  silent: 'bad',
  quarantined: 'hold',
  maintenance: 'mute',
  never_seen: 'mute',
  unknown: 'mute',
  idle: 'mute',
  not_known: 'mute',
};

/** In the order an operator wants them: worst first. */
export const STATE_ORDER: readonly NodeStateName[] = [
  'silent',
  'late',
  'quarantined',
  'unknown',
  'live',
  'maintenance',
  'idle',
  'never_seen',
];

export function StateMark({ state, size = 12 }: { state: ShownState; size?: number }) {
  return (
    <svg
      className={`state-mark ${STATE_COLORS[state]}`}
      width={size}
      height={size}
      viewBox={size === 12 ? undefined : '0 0 12 12'}
      aria-hidden="true"
    >
      <Shape state={state} />
    </svg>
  );
}

function Shape({ state }: { state: ShownState }) {
  const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } as const;
  switch (state) {
    case 'live':
      return <circle cx="6" cy="6" r="3.2" fill="currentColor" />;
    case 'late':
      return <path d="M6 1.6 11 10.4H1z" strokeLinejoin="round" {...line} />;
    case 'silent':
      return (
        <>
          <rect x="1" y="1" width="10" height="10" rx="1.5" fill="currentColor" />
          <path d="m3.8 3.8 4.4 4.4m0-4.4L3.8 8.2" stroke="var(--surface-1)" strokeWidth="1.5" />
        </>
      );
    case 'quarantined':
      return (
        <>
          <path d="M6 .8 11.2 6 6 11.2.8 6z" {...line} />
          <circle cx="6" cy="6" r="1.4" fill="currentColor" />
        </>
      );
    case 'maintenance':
      return (
        <>
          <circle cx="6" cy="6" r="4.2" {...line} />
          <path d="M3.4 6h5.2" {...line} />
        </>
      );
    case 'idle':
      return <circle cx="6" cy="6" r="3.2" {...line} />;
    case 'never_seen':
    case 'unknown':
    case 'not_known':
      return <circle cx="6" cy="6" r="4.2" strokeDasharray="1.6 1.7" {...line} />;
  }
}

/** The class of the word's colour: what is well is not coloured. */
export function stateTone(state: ShownState): string {
  const color = STATE_COLORS[state];
  return color === 'ok' || color === 'mute' ? '' : color;
}

export function StateWord({ state }: { state: ShownState }) {
  return (
    <span className="state">
      <StateMark state={state} />
      <span className={stateTone(state)}>{STATE_WORDS[state]}</span>
    </span>
  );
}
