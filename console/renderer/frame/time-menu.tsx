// The choices of the time control: spans that end now, or a stretch by its two ends.
import { type FormEvent, useState } from 'react';
import { zoneOffsetMinutes } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { boundsOf, pastRange, SPANS, type TimeRange } from '../state/time-range.ts';
import { TimeSlider } from './time-slider.tsx';

export function TimeMenu({ range, close }: { range: TimeRange; close: () => void }) {
  const { time, fleet } = useConsole();
  const bounds = boundsOf(range, fleet.now());
  const [opened] = useState(bounds);
  const [from, setFrom] = useState(toLocalInput(opened.fromMs));
  const [to, setTo] = useState(toLocalInput(opened.toMs));
  // A time that was not touched stays the one it is: in the hour that comes twice in autumn its text names two.
  const endOf = (text: string, ms: number): number => (text === toLocalInput(ms) ? Math.floor(ms / 1000) * 1000 : fromInput(text));
  const chosen = pastRange(endOf(from, opened.fromMs), endOf(to, opened.toMs), fleet.now());

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
      aria-label="Stretch of time"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
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
      <TimeSlider />
      <form onSubmit={submit}>
        <label>
          from
          <input className="text-field" type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label>
          to
          <input className="text-field" type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
        <button type="submit" className="button" disabled={chosen === undefined}>
          {chosen === undefined ? 'The start must be before the end and before now' : 'Show this stretch'}
        </button>
      </form>
    </div>
  );
}

/** As a `datetime-local` field takes it, in the shown zone. */
function toLocalInput(ms: number): string {
  const local = new Date(ms + zoneOffsetMinutes(ms) * 60_000);
  return local.toISOString().slice(0, 19);
}

/** What such a field holds, as Unix ms; NaN where it is empty. Asked for the offset twice, as it may be another one at that moment. */
function fromInput(text: string): number {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return asUtc;
  const near = asUtc - zoneOffsetMinutes(asUtc) * 60_000;
  return asUtc - zoneOffsetMinutes(near) * 60_000;
}
