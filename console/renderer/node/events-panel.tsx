// What happened on the node in the window's stretch of time, newest first; the same marks stand on the charts.
import { formatClock, formatDay } from '../parts/format.ts';
import { useStore } from '../state/store.ts';
import { eventColor } from './chart-view.ts';
import type { NodeFeed } from './node-feed.ts';

const DAY_MS = 86_400_000;

export function EventsPanel({ feed }: { feed: NodeFeed }) {
  const { events, loading } = useStore(feed.state);
  const { fromMs, toMs } = feed.bounds();
  const format = toMs - fromMs > DAY_MS ? formatDay : formatClock;
  return (
    <section className="chart">
      <div className="chart-head">
        <h3>Events</h3>
        <span className="t3">newest first</span>
      </div>
      <div className="panel-scroll">
        <table className="plain-table events-table">
          <tbody>
            {events.map((event) => (
              <tr key={`${event.timeMs} ${event.kind}`}>
                <td>{format(event.timeMs)}</td>
                <td className={eventColor(event.severity)}>{event.kind.replaceAll('_', ' ')}</td>
                <td className="t1 cut" title={event.text}>
                  {event.text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {events.length === 0 && !loading && <p className="t3 small panel-note">Nothing happened in this stretch of time.</p>}
      </div>
    </section>
  );
}
