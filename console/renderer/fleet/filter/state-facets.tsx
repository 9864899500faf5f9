// How many nodes are in each state; each is a filter.

import type { FleetKnown } from '../../state/fleet-known.ts';
import { mapKnown } from '../../state/known.ts';
import { figureWords, KnownFigure, worthWords } from '../../widgets/known-figure.tsx';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../../widgets/state-mark.tsx';

interface Props {
  shown: FleetKnown;
  filter: string;
  nowMs: number;
  onChange: (filter: string) => void;
}

export function StateFacets({ shown: { states, nodes }, filter, nowMs, onChange }: Props) {
  if (states.worth === 'unknown') {
    return (
      <div className="facets">
        <span title={worthWords(states, nowMs)}>
          <StateMark state="not_known" />
          Not known{' '}
          <b>
            <KnownFigure of={nodes} nowMs={nowMs} />
          </b>
        </span>
      </div>
    );
  }
  const terms = filter.split(/\s+/).filter(Boolean);
  const shown = STATE_ORDER.filter((state) => states.value[state] > 0 || terms.includes(`state:${state}`));
  return (
    <div className="facets">
      {shown.map((state) => {
        const term = `state:${state}`;
        const pressed = terms.includes(term);
        const others = terms.filter((other) => !other.startsWith('state:'));
        return (
          <button
            key={state}
            type="button"
            aria-pressed={pressed}
            onClick={() => onChange([...others, ...(pressed ? [] : [term])].join(' '))}
          >
            <StateMark state={state} />
            {STATE_WORDS[state]} <b>{figureWords(mapKnown(states, (counts) => counts[state]))}</b>
          </button>
        );
      })}
    </div>
  );
}
