// The head of a group of rows: its name, how many nodes, how many in each state that is not live.
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { StateCounts } from '../../state/fleet-store.ts';
import { formatNumber } from '../../widgets/format.ts';
import { STATE_COLORS, STATE_ORDER, STATE_WORDS, StateMark } from '../../widgets/state-mark.tsx';
import type { GroupLine } from './table-rows.ts';

interface Props {
  line: GroupLine;
  name: string;
  top: number;
  index: number;
  known: boolean;
  selected: boolean;
  onToggle: () => void;
}

export function GroupRow({ line, name, top, index, known, selected, onToggle }: Props) {
  const Arrow = line.open ? ChevronDown : ChevronRight;
  return (
    <div
      className="fleet-row group-row"
      role="row"
      id={`fleet-group-${index}`}
      aria-rowindex={index + 2}
      aria-expanded={line.open}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell">
        <button type="button" tabIndex={-1} onClick={onToggle} aria-label={`${line.open ? 'Close' : 'Open'} ${name}`}>
          <Arrow size={13} strokeWidth={1.8} />
          <b className="cut">{name}</b>
          <span>{formatNumber(line.count)}</span>
          {known && <StateTally counts={line.counts} />}
        </button>
      </div>
    </div>
  );
}

/** The states that are not live, each with its shape, count and word; nothing where all is well. */
export function StateTally({ counts }: { counts: StateCounts }) {
  return STATE_ORDER.filter((state) => state !== 'live' && counts[state] > 0).map((state) => (
    <span key={state} className={`tally ${STATE_COLORS[state]}`}>
      <StateMark state={state} size={10} />
      {formatNumber(counts[state])} {STATE_WORDS[state].toLowerCase()}
    </span>
  ));
}
