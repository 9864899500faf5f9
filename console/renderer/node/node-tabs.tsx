// The sections of a node as tabs, and at their right what the charts show: the moment under the cursor, and the tier.
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { formatAge, formatClock, formatDay, zoneName } from '../parts/format.ts';
import { askAgain } from '../state/ask-again.ts';
import { useConsole } from '../state/console-state.ts';
import { formatRoute, navigate } from '../state/route.ts';
import { useSelected, useStore } from '../state/store.ts';
import type { NodeFeed } from './node-feed.ts';
import { type Counts, countInWords, loadCounts } from './section-counts.ts';
import { SECTIONS, type Section } from './sections.ts';

const REFRESH_MS = 30_000;
/** Id of what a tab shows. */
export const SECTION_PANEL = 'node-section';
const DAY_MS = 86_400_000;

export function NodeTabs({ nodeId, feed, section }: { nodeId: string; feed: NodeFeed; section: Section }) {
  const { counts, problem } = useCounts(nodeId);
  const { events } = useStore(feed.state);
  const list = useRef<HTMLDivElement>(null);
  // The bounds move with each frame of a hand's; the count seldom does
  const eventCount = useSelected(
    feed.bounds,
    ({ fromMs, toMs }) => events.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs).length,
  );
  const shown = SECTIONS.filter(
    (each) => each === section || each.measurements.length === 0 || each.measurements.some((name) => counts.has(name)),
  );
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
          const count = countInWords(key, counts, eventCount);
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
              {count !== '' && <small className={count.includes('failed') ? 'bad' : 't3'}>{count}</small>}
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

function useCounts(nodeId: string): { counts: Counts; problem: string } {
  const { api, time, fleet } = useConsole();
  const range = useStore(time);
  const [state, setState] = useState<{ counts: Counts; problem: string }>({ counts: new Map(), problem: '' });
  useEffect(() => {
    return askAgain({
      load: async (signal) => {
        const counts = await loadCounts(api, nodeId, range.kind === 'live' ? fleet.now() : range.toMs, signal);
        if (!signal.aborted) setState({ counts, problem: '' });
      },
      onProblem: (problem) => setState((before) => ({ ...before, problem })),
      everyMs: range.kind === 'live' ? REFRESH_MS : undefined,
    });
  }, [api, fleet, nodeId, range]);
  return state;
}
