// The verdict on the fleet in one line: how many are live, how much is accounted for, since when nothing changed.
import { useMemo } from 'react';
import { completenessOf, pathNow, storedPerSecond } from '../pipeline/path-known.ts';
import { useConsole } from '../state/console-state.ts';
import { useFleetKnown } from '../state/fleet-known.ts';
import { valueOr } from '../state/known.ts';
import { useStore } from '../state/store.ts';
import { formatAge } from '../widgets/format.ts';
import { countNotLive, fleetVerdict } from './not-live.ts';

/** Nothing while states are not known, or are those of another time. */
export function FleetVerdict() {
  const { fleet, connection, pipeline, time, clock } = useConsole();
  const { nodes, counts } = useStore(fleet.snapshot);
  const { states } = useFleetKnown();
  const link = useStore(connection);
  const range = useStore(time);
  const view = useStore(pipeline);
  const nowMs = useStore(clock);
  const path = pathNow(link, view, nowMs);
  // Without the ETL's word nobody knows whether what is on its way arrives.
  const completePercent = storedPerSecond(path).worth === 'unknown' ? undefined : valueOr(completenessOf(path), undefined);
  const words = useMemo(
    () => fleetVerdict({ nodes, counts, completePercent, nowMs, age: formatAge }),
    [nodes, counts, completePercent, nowMs],
  );
  if (states.worth !== 'known' || range.kind === 'past' || words === '') return null;
  return <b className={`verdict-line cut ${countNotLive(counts) > 0 ? 'bad' : ''}`}>{words}</b>;
}
