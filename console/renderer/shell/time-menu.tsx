// The choices of the time control: spans that end now, or a stretch by its two ends.
import { type FormEvent, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { boundsOf, pastRange, SPANS, type TimeRange } from '../state/time-range.ts';
import { zoneName } from '../widgets/format.ts';
import { formatField, parseField } from './time-field.ts';
import { TimeSlider } from './time-slider.tsx';

export function TimeMenu({ range, close }: { range: TimeRange; close: () => void }) {
  const { time, fleet } = useConsole();
  const bounds = boundsOf(range, fleet.now());
  const [opened] = useState(bounds);
  const [from, setFrom] = useState(formatField(opened.fromMs));
  const [to, setTo] = useState(formatField(opened.toMs));
  // A time that was not touched stays the one it is: in the hour that comes twice in autumn its text names two.
  const endOf = (text: string, ms: number): number =>
    text === formatField(ms) ? Math.floor(ms / 1000) * 1000 : parseField(text, fleet.now());
  const [fromMs, toMs] = [endOf(from, opened.fromMs), endOf(to, opened.toMs)];
  const chosen = pastRange(fromMs, toMs, fleet.now());
  const problem =
    Number.isNaN(fromMs) || Number.isNaN(toMs)
      ? 'A time looks like 2026-12-01 17:30 or 17:30.'
      : 'The start must be before the end and before now.';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen === undefined) return;
    time.set(chosen);
    close();
  };

  return (
    <div
      className="time-menu floating float"
      role="dialog"
      aria-label="Time range"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <div className="time-spans">
        {SPANS.map(({ label, spanMs }) => (
          <button
            key={spanMs}
            type="button"
            className="choice"
            aria-pressed={range.kind === 'live' && range.spanMs === spanMs}
            onClick={() => {
              time.set({ kind: 'live', spanMs });
              close();
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <TimeSlider />
      <form onSubmit={submit}>
        <TimeField name="from" value={from} invalid={Number.isNaN(fromMs)} onChange={setFrom} />
        <TimeField name="to" value={to} invalid={Number.isNaN(toMs)} onChange={setTo} />
        <div className="row">
          <span className={`small grow ${chosen === undefined ? 'late' : 't3'}`}>
            {chosen === undefined ? problem : `24 hours, ${zoneName(toMs)}`}
          </span>
          <button type="submit" className="button primary" disabled={chosen === undefined}>
            Apply
          </button>
        </div>
      </form>
    </div>
  );
}

function TimeField({
  name,
  value,
  invalid,
  onChange,
}: {
  name: string;
  value: string;
  invalid: boolean;
  onChange: (text: string) => void;
}) {
  return (
    <label>
      {name}
      <input
        className="text-field"
        inputMode="numeric"
        spellCheck={false}
        autoComplete="off"
        placeholder="2026-12-01 17:30:00"
        aria-invalid={invalid}
        value={value}
        onFocus={(event) => event.target.select()}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
