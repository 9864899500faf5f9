// CPU: the last quarter of an hour as a line, and the newest value. A moment of the past has the value alone.
import { formatNumber } from '../parts/format.ts';
import { crossed } from '../parts/limits.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { useConsole } from '../state/console-state.ts';
import { useSelected, useStore } from '../state/store.ts';
import type { RowView } from './fleet-columns.tsx';

export function CpuCell({ node, known }: RowView) {
  const { trends, fleet, clock, time } = useConsole();
  const live = useStore(time).kind === 'live';
  // A line of a quarter of an hour is drawn anew when it has moved, not with each second
  useSelected(clock, (now) => trends.stamp(node.nodeId, now));
  const value = node.state === 'live' || node.state === 'late' ? node.values?.cpuPercent : null;
  return (
    <span className="metered">
      {live && <Sparkline values={trends.read(node.nodeId, fleet.now())} width={50} height={16} low={0} high={100} />}
      <span className={(known && crossed('cpu', value)) || 't1'}>{formatNumber(value, 1)}</span>
    </span>
  );
}
