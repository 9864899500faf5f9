// Says in words which moment the window shows, while it is not now.
import { Clock } from 'lucide-react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { spanInWords, spanOf } from '../state/time-range.ts';
import { formatDayClock, zoneName } from '../widgets/format.ts';
import { TimeSlider } from './time-slider.tsx';

export function PastLine() {
  const { time, returnToLive } = useConsole();
  const range = useStore(time);
  if (range.kind === 'live') return null;
  return (
    <div className="notice" style={{ borderTop: 0 }} role="status">
      <Clock className="past-text" size={14} strokeWidth={1.6} />
      <span className="past-text">
        {formatDayClock(range.toMs)} {zoneName(range.toMs)} · {spanInWords(spanOf(range)).replace('last ', '')}
      </span>
      <TimeSlider />
      <button type="button" onClick={returnToLive}>
        <kbd>Esc</kbd> live
      </button>
    </div>
  );
}
