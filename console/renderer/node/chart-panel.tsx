// A chart with its head: title, unit, and each line's value at the cursor, or the newest.
import { useEffect, useRef } from 'react';
import { formatNumber } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import type { ChartColumns } from './chart-data.ts';
import type { ChartSpec } from './chart-specs.ts';
import { ChartView } from './chart-view.ts';
import type { NodeFeed } from './node-feed.ts';

interface Props {
  spec: ChartSpec;
  feed: NodeFeed;
  onZoom: (fromSeconds: number, toSeconds: number) => void;
  onReset: () => void;
}

export function ChartPanel({ spec, feed, onZoom, onReset }: Props) {
  const { theme } = useConsole();
  const shownTheme = useStore(theme.theme);
  const { version, loading, events } = useStore(feed.state);
  const host = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const view = useRef<ChartView>(undefined);
  const columns = useRef<ChartColumns>([[]]);
  const empty = useRef<HTMLParagraphElement>(null);
  const cursor = useRef<number | null>(null);
  const handlers = useRef({ onZoom, onReset });
  handlers.current = { onZoom, onReset };

  // Dependencies: another theme is another set of colours, read when the chart is made
  useEffect(() => {
    const writeLegend = (): void => showValues(head.current, spec, columns.current, cursor.current);
    const chart = new ChartView(host.current as HTMLElement, spec, {
      onCursor: (index) => {
        cursor.current = index;
        writeLegend();
      },
      onZoom: (from, to) => handlers.current.onZoom(from, to),
      onReset: () => handlers.current.onReset(),
    });
    view.current = chart;
    return () => chart.close();
  }, [spec, shownTheme]);

  // Dependencies: the version says that the feed's data changed
  useEffect(() => {
    const { fromMs, toMs } = feed.bounds();
    const lens = feed.state.get().lensUntilMs > 0;
    const data = feed.data.get(spec.key);
    if (data === undefined) return;
    columns.current = data.columns(fromMs / 1000, toMs / 1000, feed.liveStepSeconds, lens);
    view.current?.show(columns.current, fromMs / 1000, toMs / 1000, events);
    showValues(head.current, spec, columns.current, cursor.current);
    if (empty.current !== null) empty.current.hidden = loading || columns.current[0].length > 0;
  }, [version, shownTheme, spec, feed]);

  return (
    <section className="chart" data-chart={spec.key}>
      <div className="chart-head" ref={head}>
        <h3>{spec.title}</h3>
        <span className="t3">{spec.unit}</span>
        <span className="grow" />
        {spec.lines.map((line) => (
          <span key={line.label} className="key">
            <i className="swatch" style={{ background: `var(--series-${line.color})` }} />
            {line.label}
            <output />
          </span>
        ))}
      </div>
      <div className="chart-body" ref={host}>
        <p ref={empty} className="chart-empty t3 small" hidden>
          No samples in this stretch of time
        </p>
      </div>
    </section>
  );
}

/** Written past React: it follows the pointer. */
function showValues(head: HTMLElement | null, spec: ChartSpec, columns: ChartColumns, index: number | null): void {
  const outputs = head?.querySelectorAll('output') ?? [];
  for (let line = 0; line < outputs.length; line++) {
    const column = columns[line + 1] ?? [];
    const value = index === null ? column.findLast((candidate) => candidate !== null) : column[index];
    (outputs[line] as HTMLElement).textContent = formatNumber(value, spec.decimals);
  }
}
