// The verdict on the fleet in one line: how many are live, how much is accounted for, since when nothing changed.
import { useMemo } from 'react';
import { formatAge } from '../parts/format.ts';
import { etlReports, isCompletenessKnown, pathKnown } from '../pipeline/path-known.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { countNotLive, fleetVerdict } from './not-live.ts';

/** Nothing while states are not known, or are those of another time. */
export function FleetVerdict() {
  const { fleet, connection, pipeline, time, clock } = useConsole();
  const { nodes, counts, complete } = useStore(fleet.snapshot);
  const link = useStore(connection);
  const range = useStore(time);
  const view = useStore(pipeline);
  const nowMs = useStore(clock);
  const path = pathKnown(link, range, view, nowMs).kind === 'now' && view !== null && isCompletenessKnown(view) && etlReports(view);
  const completePercent = path ? view.completenessPercent : undefined;
  const words = useMemo(
    () => fleetVerdict({ nodes, counts, completePercent, nowMs, age: formatAge }),
    [nodes, counts, completePercent, nowMs],
  );
  if (link.kind !== 'connected' || range.kind === 'past' || !complete || words === '') return null;
  return <b className={`verdict-line cut ${countNotLive(counts) > 0 ? 'bad' : ''}`}>{words}</b>;
}
