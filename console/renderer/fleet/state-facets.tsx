// How many nodes are in each state; each is a filter.
import { formatNumber } from '../parts/format.ts';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../parts/state-mark.tsx';
import type { StateCounts } from '../state/fleet-store.ts';

interface Props {
  counts: StateCounts;
  total: number;
  filter: string;
  known: boolean;
  onChange: (filter: string) => void;
}

export function StateFacets({ counts, total, filter, known, onChange }: Props) {
  if (!known) {
    return (
      <div className="facets">
        <span>
          <StateMark state="not_known" />
          Not known <b>{formatNumber(total)}</b>
        </span>
      </div>
    );
  }
  const terms = filter.split(/\s+/).filter(Boolean);
  const shown = STATE_ORDER.filter((state) => counts[state] > 0 || terms.includes(`state:${state}`));
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
            {STATE_WORDS[state]} <b>{formatNumber(counts[state])}</b>
          </button>
        );
      })}
    </div>
  );
}
