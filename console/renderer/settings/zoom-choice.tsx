// The size of everything in the desktop window. A browser has its own.
import { Minus, Plus } from 'lucide-react';
import { LEAST_ZOOM_PERCENT, MOST_ZOOM_PERCENT } from '../../common/desk-api.ts';
import { useConsole } from '../state/console-state.ts';

const STEP = 10;

export function ZoomChoice({ percent }: { percent: number }) {
  const { api, notice } = useConsole();
  const set = (next: number): void => {
    api.request('setZoom', { percent: next }).catch((error: Error) => notice.set(error.message));
  };
  return (
    <fieldset className="setting">
      <legend>Zoom</legend>
      <div className="joined">
        <button
          type="button"
          className="square"
          aria-label="Zoom out"
          disabled={percent <= LEAST_ZOOM_PERCENT}
          onClick={() => set(Math.max(LEAST_ZOOM_PERCENT, percent - STEP))}
        >
          <Minus size={14} strokeWidth={1.6} aria-hidden="true" />
        </button>
        <output>{percent} %</output>
        <button
          type="button"
          className="square"
          aria-label="Zoom in"
          disabled={percent >= MOST_ZOOM_PERCENT}
          onClick={() => set(Math.min(MOST_ZOOM_PERCENT, percent + STEP))}
        >
          <Plus size={14} strokeWidth={1.6} aria-hidden="true" />
        </button>
        <button type="button" disabled={percent === 100} onClick={() => set(100)}>
          Actual size
        </button>
      </div>
    </fieldset>
  );
}
