// A chart with its head: title, unit, and each line's value at the cursor, or the newest.
import { useEffect, useRef } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { useLook } from '../../state/look.ts';
import { useStore } from '../../state/store.ts';
import { formatNumber } from '../../widgets/format.ts';
import type { Drawn, NodeFeed } from '../node-feed.ts';
import type { ChartSpec } from '../specs/chart-spec.ts';
import type { ChartGestures } from './chart-gestures.ts';
import { ChartView } from './chart-view.ts';

interface Props {
  spec: ChartSpec;
  feed: NodeFeed;
  drawn: Drawn;
  gestures: ChartGestures;
}

export function ChartPanel({ spec, feed, drawn, gestures }: Props) {
  const { painter } = useConsole();
  const look = useLook();
  const { version, loading, events } = useStore(feed.state);
  const host = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const view = useRef<ChartView>(undefined);
  const cursor = useRef<number | null>(null);
  const latest = useRef({ drawn, gestures });
  latest.current = { drawn, gestures };
  const banded = drawn.columns.bands.some((band) => band !== null);
  const lineNames = drawn.lines.map(({ label, field }) => `${label} ${field}`).join('\0');

  // Dependencies: another look or other lines are another chart
  useEffect(() => {
    const chart = new ChartView(host.current as HTMLElement, spec, latest.current.drawn.lines, banded, {
      onCursor: (index, seconds) => {
        cursor.current = index;
        showValues(head.current, spec, latest.current.drawn, index, feed.bounds.get().toMs);
        if (seconds !== undefined) feed.cursor.set(seconds === null ? null : Math.round(seconds * 1000));
      },
      onZoom: (from, to) => latest.current.gestures.onZoom(from, to),
      onMove: (from, to) => latest.current.gestures.onMove(from, to),
      onMoved: () => latest.current.gestures.onMoved(),
      onReset: () => latest.current.gestures.onReset(),
    });
    view.current = chart;
    let closed = false;
    const move = (): void => {
      if (closed) return;
      const { fromMs, toMs } = feed.bounds.get();
      chart.setBounds(fromMs / 1000, toMs / 1000);
    };
    const stop = feed.bounds.subscribe(() => painter.request(move));
    return () => {
      stop();
      closed = true;
      chart.close();
    };
  }, [spec, feed, painter, look, lineNames, banded]);

  // Dependencies: the version says that the feed's data changed
  useEffect(() => {
    const { fromMs, toMs } = feed.bounds.get();
    view.current?.show(latest.current.drawn.columns, fromMs / 1000, toMs / 1000, events);
    showValues(head.current, spec, latest.current.drawn, cursor.current, toMs);
  }, [version, look, spec, feed, lineNames, banded]);

  const empty = !loading && drawn.columns.times.length === 0;
  const keys = 'Arrows move the cursor, + and − zoom, Page up and Page down pan, 0 resets';
  return (
    <section className="chart" data-chart={spec.key}>
      <div className="chart-head" ref={head}>
        <h3>{spec.title}</h3>
        <span className="t3" title={feed.tierOf(spec)}>
          {spec.unit}
        </span>
        <span className="grow" />
        {drawn.lines.map((line, at) => (
          <span key={`${line.label} ${line.field}`} className="key">
            {line.label !== '' && <i className="swatch" style={{ background: `var(--series-${line.color})` }} />}
            {line.label !== '' && <span className="cut">{line.label}</span>}
            <output data-line={at} />
          </span>
        ))}
        {drawn.left > 0 && <span className="t3">{drawn.left} more</span>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keys of a chart need a place for the focus */}
      <div className="chart-body" ref={host} role="group" tabIndex={0} aria-label={`${spec.title}, ${spec.unit}. ${keys}`} title="">
        {empty && <p className="chart-empty t3 small">No samples in this time range</p>}
      </div>
    </section>
  );
}

/** A value so old says nothing of the end of the stretch: seconds, and steps. */
const OLD_S = 60;
const OLD_STEPS = 3;

/**
 * Written past React: it follows the pointer. Without a cursor, the newest values until `toMs`: more may be loaded than shows, and none where the samples
 * end long before.
 */
function showValues(head: HTMLElement | null, spec: ChartSpec, { columns, stepSeconds }: Drawn, index: number | null, toMs: number): void {
  const end = columns.times.findLastIndex((seconds) => seconds * 1000 <= toMs);
  const from = toMs / 1000 - Math.max(OLD_S, OLD_STEPS * stepSeconds);
  for (const output of head?.querySelectorAll('output') ?? []) {
    const column = columns.lines[Number(output.dataset['line'])] ?? [];
    const value =
      index === null ? column.findLast((candidate, at) => at <= end && candidate !== null && columns.times[at]! >= from) : column[index];
    const text = formatNumber(value, spec.decimals);
    if (output.textContent !== text) output.textContent = text;
  }
}
