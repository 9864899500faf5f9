// The one time control: live or the past, and how long a stretch, for the whole window.
import { ChevronDown, ChevronLeft, ChevronRight, Clock } from 'lucide-react';
import { useRef, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { areStatesKnown, useFleetKnown } from '../state/fleet-known.ts';
import { useLook } from '../state/look.ts';
import { useStore } from '../state/store.ts';
import { boundsOf, shifted, spanInWords, spanOf } from '../state/time-range.ts';
import { formatDay, formatMinute, isOneDay, zoneName } from '../widgets/format.ts';
import { StateMark } from '../widgets/state-mark.tsx';
import { usePopup } from '../widgets/use-popup.ts';
import { PlayControl } from './play-control.tsx';
import { TimeMenu } from './time-menu.tsx';

export function TimeControl() {
  const { time, returnToLive, clock, fleet, connection } = useConsole();
  const range = useStore(time);
  const now = useStore(clock);
  useLook();
  const connected = useStore(connection).kind === 'connected';
  const stated = areStatesKnown(useFleetKnown());
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const spanButton = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    spanButton.current?.focus();
  };
  usePopup(place, open, '.time-menu button', () => setOpen(false));
  const live = range.kind === 'live';
  const { fromMs, toMs } = boundsOf(range, now);
  const spanMs = spanOf(range);
  const format = isOneDay(fromMs, toMs) ? formatMinute : formatDay;
  return (
    <div className="time-control" ref={place}>
      <div className="joined" role="group" aria-label="Time of the window">
        <button
          type="button"
          className="square"
          title="One span back"
          aria-label="One span back"
          onClick={() => time.set(shifted(range, -1, fleet.now()))}
        >
          <ChevronLeft size={14} strokeWidth={1.6} />
        </button>
        <button type="button" aria-pressed={live} onClick={returnToLive}>
          {live && connected && stated && <StateMark state="live" size={10} />}
          {live && !connected ? 'Not connected' : 'Live'}
        </button>
        {!live && (
          <button type="button" aria-pressed className="past-text" onClick={() => setOpen(!open)}>
            <Clock size={14} strokeWidth={1.6} />
            {formatDay(toMs)}
          </button>
        )}
        <button
          ref={spanButton}
          type="button"
          aria-haspopup="dialog"
          aria-expanded={open}
          title="Choose a time range"
          onClick={() => setOpen(!open)}
        >
          {live ? spanInWords(spanMs) : spanInWords(spanMs).replace('last ', '')}
          <ChevronDown size={12} strokeWidth={1.6} />
        </button>
        <span className="t3">
          {format(fromMs)} – {format(toMs)} {zoneName(toMs)}
        </span>
        <button
          type="button"
          className="square"
          disabled={live}
          title="One span forward"
          aria-label="One span forward"
          onClick={() => time.set(shifted(range, 1, fleet.now()))}
        >
          <ChevronRight size={14} strokeWidth={1.6} />
        </button>
        <PlayControl />
      </div>
      {open && <TimeMenu range={range} close={close} />}
    </div>
  );
}
