// The fleet at the moment the window shows. Undefined while the window is live.
import { useEffect, useMemo, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { type FleetMoment, FleetMoments, unknownMoment } from './fleet-moments.ts';

export function useFleetMoment(): FleetMoment | undefined {
  const { api, fleet, time, playback } = useConsole();
  const range = useStore(time);
  const moments = useMemo(() => new FleetMoments(api, fleet), [api, fleet]);
  const momentMs = range.kind === 'past' ? range.toMs : undefined;
  const [shown, setShown] = useState<FleetMoment>();

  useEffect(() => {
    playback.prepare = async (next) => {
      const loads = next.map((ms) => moments.load(ms));
      await loads[0];
    };
    return () => {
      playback.prepare = undefined;
    };
  }, [playback, moments]);

  useEffect(() => {
    if (momentMs === undefined) {
      setShown(undefined);
      return;
    }
    let current = true;
    void moments.load(momentMs).then((moment) => {
      if (current) setShown(moment);
    });
    return () => {
      current = false;
    };
  }, [moments, momentMs]);

  if (momentMs === undefined) return undefined;
  // Until the next one is there the last one stays and says its own time
  return moments.get(momentMs) ?? shown ?? unknownMoment(momentMs);
}
