// Cells that grow older by themselves: since when a state holds, how old the newest sample is.
import { formatAge } from '../parts/format.ts';
import { STATE_COLORS } from '../parts/state-mark.tsx';
import { useConsole } from '../state/console-state.ts';
import { useSelected, useStore } from '../state/store.ts';
import type { RowView } from './fleet-columns.tsx';

export function SinceCell({ node, known }: RowView) {
  const { stateSinceMs } = node;
  return useSelected(useConsole().clock, (now) => (!known || stateSinceMs === null ? '–' : formatAge(now - stateSinceMs)));
}

export function AgeCell({ node, known }: RowView) {
  const { clock, fleet, time } = useConsole();
  const range = useStore(time);
  useStore(clock);
  if (node.lastSeenMs === null) return '–';
  const late = known && (node.state === 'late' || node.state === 'silent');
  return (
    <span className={late ? STATE_COLORS[node.state] : ''}>
      {formatAge((range.kind === 'past' ? range.toMs : fleet.now()) - node.lastSeenMs)}
    </span>
  );
}
