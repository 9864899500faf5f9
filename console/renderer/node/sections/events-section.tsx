// All that happened on the node in the stretch that shows, newest first.

import { useStore } from '../../state/store.ts';
import { formatClock, formatDay, formatMoment, zoneName } from '../../widgets/format.ts';
import { eventColor, eventTitle } from '../node-event.ts';
import type { NodeFeed } from '../node-feed.ts';

export function EventsSection({ feed }: { feed: NodeFeed }) {
  const { events, eventsCutMs, loading, problem } = useStore(feed.state);
  const { fromMs, toMs } = useStore(feed.bounds);
  const shown = events.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  const cut = eventsCutMs !== undefined && eventsCutMs > fromMs ? eventsCutMs : undefined;
  return (
    <section className="chart whole">
      <div className="chart-head">
        <h3>Events</h3>
        <span className="t3">
          from {formatDay(fromMs)} to {formatDay(toMs)} {zoneName(toMs)}, newest first
        </span>
        {cut !== undefined && <span className="late">Too many events: the list is incomplete before {formatMoment(cut, toMs)}.</span>}
      </div>
      <table className="plain-table events-table">
        <thead>
          <tr>
            <th>Time</th>
            <th>What</th>
            <th>Details</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((event) => (
            <tr key={`${event.timeMs} ${event.kind} ${event.text}`}>
              <td title={new Date(event.timeMs).toISOString()}>
                {formatDay(event.timeMs).replace(/,.*$/, '')} {formatClock(event.timeMs)}
              </td>
              <td className={eventColor(event)}>{eventTitle(event)}</td>
              <td className="t1 cut" title={event.text}>
                {event.text}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && !loading && problem === '' && (
        <p className="t3 small panel-note">No events in this time range. Choose a longer one to see more.</p>
      )}
    </section>
  );
}
