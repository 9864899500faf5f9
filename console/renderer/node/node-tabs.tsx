// The sections of a node as tabs, and at their right what the charts show: the moment under the cursor, and the tier.
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { askAgain } from '../state/ask-again.ts';
import { useConsole } from '../state/console-state.ts';
import { type Known, known, notKnown, stale, valueOr } from '../state/known.ts';
import { formatRoute, navigate } from '../state/route.ts';
import { useSelected, useStore } from '../state/store.ts';
import { formatAge, formatClock, formatDay, zoneName } from '../widgets/format.ts';
import { worthWords } from '../widgets/known-figure.tsx';
import type { NodeFeed } from './node-feed.ts';
import { type Counts, loadCounts, tabCount } from './section-counts.ts';
import { SECTIONS, type Section } from './sections.ts';

const REFRESH_MS = 30_000;
/** Id of what a tab shows. */
export const SECTION_PANEL = 'node-section';
const DAY_MS = 86_400_000;

export function NodeTabs({ nodeId, feed, section }: { nodeId: string; feed: NodeFeed; section: Section }) {
  const { fleet } = useConsole();
  const counts = useCounts(nodeId);
  const there = valueOr(counts, NO_COUNTS);
  const problem = counts.worth === 'known' ? '' : counts.reason;
  const { events, eventsCutMs } = useStore(feed.state);
  const list = useRef<HTMLDivElement>(null);
  // The bounds move with each frame of a hand's; the count seldom does
  const eventCount = useSelected(
    feed.bounds,
    ({ fromMs, toMs }) => events.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs).length,
  );
  const shown = SECTIONS.filter(
    (each) => each === section || each.measurements.length === 0 || each.measurements.some((name) => there.has(name)),
  );
  const cut = useSelected(feed.bounds, ({ fromMs }) => eventsCutMs !== undefined && eventsCutMs > fromMs);
  const eventsKnown = known(eventCount, fleet.now(), 'store', cut ? 'Of the older ones not all were read' : '');
  const onKey = (event: KeyboardEvent): void => {
    const at = shown.indexOf(section);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = shown[(to + shown.length) % shown.length] as Section;
    navigate({ page: 'node', nodeId, section: next.key }, 'replace');
    list.current?.querySelector<HTMLElement>(`[data-section="${next.key}"]`)?.focus();
  };
  return (
    <div className="node-tabs">
      <div ref={list} role="tablist" aria-label="Sections of the node" onKeyDown={onKey}>
        {shown.map(({ key, title }) => {
          const count = tabCount(key, counts, eventsKnown);
          const words = valueOr(count, '');
          return (
            <a
              key={key}
              role="tab"
              aria-controls={key === section.key ? SECTION_PANEL : undefined}
              data-section={key}
              href={formatRoute({ page: 'node', nodeId, section: key })}
              aria-selected={key === section.key}
              tabIndex={key === section.key ? 0 : -1}
            >
              {title}
              {words !== '' && (
                <small
                  className={words.includes('failed') && count.worth === 'known' ? 'bad' : 't3'}
                  title={worthWords(count, fleet.now()) || undefined}
                >
                  {words}
                </small>
              )}
            </a>
          );
        })}
      </div>
      <span className="grow" />
      {problem !== '' && <span className="bad small cut">{problem}</span>}
      <CursorMoment feed={feed} />
    </div>
  );
}

function CursorMoment({ feed }: { feed: NodeFeed }) {
  const { fleet } = useConsole();
  const cursor = useStore(feed.cursor);
  const long = useSelected(feed.bounds, ({ fromMs, toMs }) => toMs - fromMs > DAY_MS);
  if (cursor === null) {
    return (
      <span className="t3 small hint" title="Keys: arrows, + and −, Page Up and Page Down, 0">
        drag zooms · shift-drag pans · Ctrl-wheel zooms · double click resets
      </span>
    );
  }
  const format = long ? formatDay : formatClock;
  return (
    <span className="t3 small">
      cursor <b>{`${format(cursor)} ${zoneName(cursor)}`}</b>, {formatAge(fleet.now() - cursor)} ago
    </span>
  );
}

const NO_COUNTS: Counts = new Map();

/** Stale where they could not be read again. */
function useCounts(nodeId: string): Known<Counts> {
  const { api, time, fleet } = useConsole();
  const range = useStore(time);
  const [state, setState] = useState<Known<Counts>>(notKnown());
  useEffect(() => {
    return askAgain({
      load: async (signal) => {
        const atMs = range.kind === 'live' ? fleet.now() : range.toMs;
        const counts = await loadCounts(api, nodeId, atMs, signal);
        if (!signal.aborted) setState(known(counts, atMs, 'store'));
      },
      onProblem: (problem) => setState((before) => stale(before, problem)),
      everyMs: range.kind === 'live' ? REFRESH_MS : undefined,
    });
  }, [api, fleet, nodeId, range]);
  return state;
}
