// A slider over the last days: where it stands is the window's moment, its right end is now.
import { useEffect, useRef, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { spanOf } from '../state/time-range.ts';
import { formatDay } from '../widgets/format.ts';

const REACH_MS = 7 * 86_400_000;
const STEP_MS = 60_000;
/** While it is dragged not every place on the way is asked for. */
const SETTLE_MS = 120;

export function TimeSlider() {
  const { time, fleet, returnToLive } = useConsole();
  const range = useStore(time);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [dragged, setDragged] = useState<number>();
  useEffect(() => () => clearTimeout(settle.current), []);
  const now = Math.ceil(fleet.now() / STEP_MS) * STEP_MS;
  const atMs = dragged ?? (range.kind === 'past' ? range.toMs : now);
  const go = (toMs: number): void => {
    setDragged(toMs);
    clearTimeout(settle.current);
    settle.current = setTimeout(() => {
      setDragged(undefined);
      if (toMs >= fleet.now()) returnToLive();
      else time.set({ kind: 'past', fromMs: toMs - spanOf(range), toMs });
    }, SETTLE_MS);
  };
  return (
    <label className="time-slider">
      <small>{formatDay(now - REACH_MS)}</small>
      <input
        type="range"
        aria-label="Moment shown"
        aria-valuetext={formatDay(atMs)}
        min={now - REACH_MS}
        max={now}
        step={STEP_MS}
        value={atMs}
        onChange={(event) => go(Number(event.target.value))}
      />
      <small>{dragged === undefined ? 'now' : formatDay(dragged)}</small>
    </label>
  );
}
