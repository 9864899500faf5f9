// The row over a column of charts: what happened, each where it stands on the axis of time. Marks too near to separate become one with a count.
import { useEffect, useReducer, useRef } from 'react';
import { useStore } from '../../state/store.ts';
import { formatClock, formatDay, plural } from '../../widgets/format.ts';
import { type EventColor, eventColor, eventTitle, type NodeEvent } from '../node-event.ts';
import type { NodeFeed } from '../node-feed.ts';
import { PLOT_LEFT, PLOT_RIGHT } from './chart-view.ts';

const APART_PX = 16;
/** A title is written beside its mark where so much is free. */
const TITLE_PX = 110;
/** The row's name reaches so far into the plot; an earlier mark takes its place. */
const LABEL_PX = 24;

export interface Mark {
  left: number;
  events: readonly NodeEvent[];
  /** Pixels to the next mark. */
  room: number;
}

/** Marks of the events within the bounds on a plot of that width, from left to right. */
export function marksOf(events: readonly NodeEvent[], fromMs: number, toMs: number, width: number): Mark[] {
  const groups: { left: number; events: NodeEvent[] }[] = [];
  const shown = events.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs).sort((a, b) => a.timeMs - b.timeMs);
  for (const event of shown) {
    const left = ((event.timeMs - fromMs) / (toMs - fromMs)) * width;
    const last = groups.at(-1);
    if (last !== undefined && left - last.left < APART_PX) last.events.push(event);
    else groups.push({ left, events: [event] });
  }
  return groups.map((group, at) => ({ ...group, room: (groups[at + 1]?.left ?? width + PLOT_RIGHT) - group.left }));
}

export function EventMarks({ feed, onOpen }: { feed: NodeFeed; onOpen: () => void }) {
  const { fromMs, toMs } = useStore(feed.bounds);
  const { events } = useStore(feed.state);
  const row = useRef<HTMLDivElement>(null);
  const [, measured] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const observer = new ResizeObserver(measured);
    observer.observe(row.current as HTMLElement);
    return () => observer.disconnect();
  }, []);
  const width = (row.current?.clientWidth ?? 0) - PLOT_LEFT - PLOT_RIGHT;
  const marks = width <= 0 ? [] : marksOf(events, fromMs, toMs, width);
  return (
    <div className="event-marks" ref={row}>
      {(marks[0]?.left ?? LABEL_PX) >= LABEL_PX && <span className="t3">Events</span>}
      {marks.map(({ left, events: group, room }) => {
        const first = group[0] as NodeEvent;
        const color = worst(group);
        const title = group.length === 1 ? eventTitle(first) : plural(group.length, 'event');
        const told = group.map(({ timeMs, text }) => `${formatDay(timeMs)}:${formatClock(timeMs).slice(-2)} ${text}`).join('\n');
        return (
          <button
            key={`${first.timeMs} ${first.kind}`}
            type="button"
            className={`event-mark ${color}`}
            style={{ left: `${PLOT_LEFT + left}px` }}
            title={told}
            aria-label={`${title}: ${told}`}
            onClick={onOpen}
          >
            <MarkShape color={color} />
            {room > TITLE_PX && <span className="cut t2">{title}</span>}
          </button>
        );
      })}
    </div>
  );
}

/** Square, triangle, diamond, disc: never by colour alone. */
function MarkShape({ color }: { color: EventColor }) {
  const shapes: Record<EventColor, string> = {
    bad: 'M1 1h7v7h-7z',
    late: 'M4.5 0.5L9 8.5H0z',
    accent: 'M4.5 0L9 4.5L4.5 9L0 4.5z',
    mute: 'M4.5 1.5a3 3 0 1 0 0.01 0z',
  };
  return (
    <svg width="9" height="9" viewBox="0 0 9 9" aria-hidden="true">
      <path d={shapes[color]} fill="currentColor" />
    </svg>
  );
}

function worst(events: readonly NodeEvent[]): EventColor {
  const colors = events.map(eventColor);
  return (['bad', 'late', 'accent'] as const).find((color) => colors.includes(color)) ?? 'mute';
}
