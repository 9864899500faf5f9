// The fleet at the moment the window shows. Undefined while the window is live.
import { useEffect, useMemo, useRef, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type FleetMoment, FleetMoments, unknownMoment } from './fleet-moments.ts';

export function useFleetMoment(): FleetMoment | undefined {
  const { api, fleet, time, playback } = useConsole();
  const range = useStore(time);
  const moments = useMemo(() => new FleetMoments(api, fleet), [api, fleet]);
  const momentMs = range.kind === 'past' ? range.toMs : undefined;
  const [shown, setShown] = useState<FleetMoment>();

  useEffect(() => () => moments.keep([]), [moments]);
  const shownMs = useRef(momentMs);
  shownMs.current = momentMs;
  useEffect(() => {
    playback.prepare = async (next) => {
      moments.keep([...next, ...(shownMs.current === undefined ? [] : [shownMs.current])]);
      const loads = next.map((ms) => moments.load(ms));
      await loads[0];
    };
    return () => {
      playback.prepare = undefined;
    };
  }, [playback, moments]);

  useEffect(() => {
    if (momentMs === undefined) {
      moments.keep([]);
      setShown(undefined);
      return;
    }
    let current = true;
    // Playback keeps what comes next; a moment that the hand passed over is nobody's.
    if (!playback.playing.get()) moments.keep([momentMs]);
    void moments.load(momentMs).then((moment) => {
      if (current && !moment.loading) setShown(moment);
    });
    return () => {
      current = false;
    };
  }, [moments, momentMs, playback]);

  if (momentMs === undefined) return undefined;
  // Until the next one is there the last one stays and says its own time
  return moments.get(momentMs) ?? shown ?? unknownMoment(momentMs);
}
