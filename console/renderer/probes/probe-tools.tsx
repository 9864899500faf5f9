// What the probes page shows of the paths: by text, by kind, which measure, in which order.
import { Search } from 'lucide-react';
import { formatNumber } from '../widgets/format.ts';
import { type MatrixOrder, MEASURES, type Measure } from './matrix.ts';

export interface ProbeChoice {
  text: string;
  /** Empty: every kind. */
  kind: string;
  measure: Measure;
  order: MatrixOrder;
}

const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  p50: 'Latency p50',
  p95: 'p95',
  loss: 'Loss',
  uptime: 'Uptime 24 h',
};

interface Props {
  choice: ProbeChoice;
  /** Kind → how many paths. */
  kinds: ReadonlyMap<string, number>;
  onChange: (choice: ProbeChoice) => void;
}

export function ProbeTools({ choice, kinds, onChange }: Props) {
  return (
    <div className="fleet-tools">
      <label className="filter-line">
        <Search size={13} strokeWidth={1.8} />
        <input
          data-filter-line
          aria-label="Filter paths"
          placeholder="Filter by place, target or kind"
          value={choice.text}
          maxLength={200}
          onChange={(event) => onChange({ ...choice, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && choice.text !== '') {
              event.stopPropagation();
              onChange({ ...choice, text: '' });
            }
          }}
        />
        {choice.text === '' && <kbd>/</kbd>}
      </label>
      <fieldset className="joined" aria-label="Kind of probe">
        {['', ...kinds.keys()].map((kind) => (
          <button key={kind} type="button" aria-pressed={choice.kind === kind} onClick={() => onChange({ ...choice, kind })}>
            {kind === '' ? 'All' : kind}
            {kind !== '' && <span className="t3">{formatNumber(kinds.get(kind))}</span>}
          </button>
        ))}
      </fieldset>
      <span className="grow" />
      <fieldset className="joined" aria-label="Measure">
        {MEASURES.map((measure) => (
          <button key={measure} type="button" aria-pressed={choice.measure === measure} onClick={() => onChange({ ...choice, measure })}>
            {MEASURE_NAMES[measure]}
          </button>
        ))}
      </fieldset>
      <fieldset className="joined" aria-label="Order">
        <button type="button" aria-pressed={choice.order === 'worst'} onClick={() => onChange({ ...choice, order: 'worst' })}>
          Worst first
        </button>
        <button type="button" aria-pressed={choice.order === 'name'} onClick={() => onChange({ ...choice, order: 'name' })}>
          By name
        </button>
      </fieldset>
    </div>
  );
}
