// The rows of the table in the page: written after each rendering of the table, and each second as they age.
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import type { ShownState } from '../../widgets/state-mark.tsx';
import { FleetRows, type RowPlace, type RowsView } from './fleet-rows.ts';

interface Shown extends Pick<RowsView, 'columns' | 'template' | 'known'> {
  places: readonly RowPlace[];
  mark(state: ShownState): Element;
}

/** `host` is empty, and left alone by whoever renders it. */
export function useFleetRows(host: RefObject<HTMLElement | null>, { places, ...shown }: Shown): void {
  const { clock, fleet, time, trends } = useConsole();
  const range = useStore(time);
  const rows = useRef<FleetRows>(undefined);
  const view = (): RowsView => ({
    ...shown,
    nowMs: fleet.now(),
    past: range.kind === 'past' ? range.toMs : undefined,
    trends: range.kind === 'live' ? trends : undefined,
  });
  const latest = useRef(view);
  latest.current = view;
  useLayoutEffect(() => {
    rows.current ??= new FleetRows(host.current as HTMLElement);
    rows.current.show(places, view());
  });
  useEffect(() => clock.subscribe(() => rows.current?.age(latest.current())), [clock]);
}
