// Holds the window at this moment, plays on from it, and says how fast.
import { Pause, Play } from 'lucide-react';
import { useConsole } from '../state/console-state.ts';
import { SPEEDS, type Speed } from '../state/playback.ts';
import { useStore } from '../state/store.ts';

export function PlayControl() {
  const { time, fleet, playback } = useConsole();
  const range = useStore(time);
  const playing = useStore(playback.playing);
  const speed = useStore(playback.speed);
  if (range.kind === 'live') {
    const hold = (): void => {
      const toMs = Math.floor(fleet.now() / 1000) * 1000;
      time.set({ kind: 'past', fromMs: toMs - range.spanMs, toMs });
    };
    return (
      <button type="button" className="square" title="Pause" aria-label="Pause" onClick={hold}>
        <Pause size={13} strokeWidth={1.6} />
      </button>
    );
  }
  const words = playing ? 'Pause' : 'Play';
  const Icon = playing ? Pause : Play;
  return (
    <>
      <button
        type="button"
        className="square"
        title={words}
        aria-label={words}
        onClick={() => (playing ? playback.pause() : playback.play())}
      >
        <Icon size={13} strokeWidth={1.6} />
      </button>
      <select
        className="speed"
        aria-label="Playback speed"
        value={speed}
        onChange={(event) => playback.speed.set(Number(event.target.value) as Speed)}
      >
        {SPEEDS.map((each) => (
          <option key={each} value={each}>
            {each}×
          </option>
        ))}
      </select>
    </>
  );
}
