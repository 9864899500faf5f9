// The chosen path over the window's time: percentiles, lost packets, and a sentence that says since when it is not as usual.
import { useEffect, useRef, useState } from 'react';
import { formatLatency } from '../map/arcs.ts';
import { useConsole } from '../state/console-state.ts';
import { useLook } from '../state/look.ts';
import { useStore } from '../state/store.ts';
import { pastRange, spanInWords, spanOf } from '../state/time-range.ts';
import { formatClock, formatMinute, formatNumber } from '../widgets/format.ts';
import { LatencyPlot, LINE_COLORS } from './latency-plot.ts';
import { type ProbePath, pathName } from './probe-paths.ts';
import { type PathHistory, type PathLine, usePathHistory } from './use-path-history.ts';

interface Props {
  path: ProbePath | undefined;
  columns: ReadonlySet<string>;
  lines: readonly PathLine[];
  /** Lost packets as a strip of bars below. */
  withLoss?: boolean;
}

export function PathChart({ path, columns, lines, withLoss = false }: Props) {
  const { time, fleet } = useConsole();
  const look = useLook();
  const range = useStore(time);
  const history = usePathHistory(path, columns);
  const body = useRef<HTMLDivElement>(null);
  const strip = useRef<HTMLDivElement>(null);
  const plots = useRef<readonly LatencyPlot[]>([]);
  const [cursor, setCursor] = useState<number | null>(null);
  const shape = lines.join();
  const sinceMs = path?.since?.atLeast === false ? path.since.timeMs : undefined;

  // Dependencies: another look is another set of colours, read when the chart is made
  useEffect(() => {
    const events = {
      onCursor: setCursor,
      onZoom: (from: number, to: number): void => {
        const next = pastRange(Math.round(from * 1000), Math.round(to * 1000), fleet.now());
        if (next !== undefined) time.set(next);
      },
    };
    const made = [new LatencyPlot(body.current as HTMLElement, shape.split(',') as PathLine[], false, events)];
    if (strip.current !== null) made.push(new LatencyPlot(strip.current, ['loss'], true, events));
    plots.current = made;
    return () => {
      for (const plot of made) plot.close();
      plots.current = [];
    };
  }, [shape, look, time]);

  // Dependencies: charts made anew for another look have to be filled again
  useEffect(() => {
    if (history === undefined) return;
    for (const plot of plots.current) plot.show(history, sinceMs === undefined ? [] : [sinceMs]);
  }, [history, sinceMs, look, shape]);

  return (
    <section className="path-chart" aria-label="Chosen path" data-empty={history === undefined || history.times.length === 0}>
      <div className="chart-head">
        <h3 className="cut">{path === undefined ? 'No path chosen' : pathName(path)}</h3>
        {path !== undefined && (
          <span className="t3 cut">
            ms, {spanInWords(spanOf(range))}, {path.row.kind}
          </span>
        )}
        <span className="grow" />
        {[...lines, ...(withLoss ? (['loss'] as const) : [])].map((line) => (
          <span key={line} className="key">
            <i className="swatch" style={{ background: `var(--${LINE_COLORS[line]})` }} />
            {line === 'loss' ? 'loss %' : line}
            <output>{format(line, valueAt(history, line, cursor))}</output>
          </span>
        ))}
      </div>
      <div className="chart-body" ref={body}>
        {path !== undefined && history === undefined && <p className="chart-empty t3 small">Loading…</p>}
        {history !== undefined && history.times.length === 0 && (
          <p className="chart-empty t3 small">{history.problem || 'No samples in this time range'}</p>
        )}
      </div>
      {withLoss && (
        <div className="loss-strip">
          <span className="t3">loss %</span>
          <div className="chart-body" ref={strip} />
        </div>
      )}
      {path !== undefined && <p className="path-words small t2">{verdictOf(path)}</p>}
    </section>
  );
}

function valueAt(history: PathHistory | undefined, line: PathLine, cursor: number | null): number | null | undefined {
  const values = history?.lines[line] ?? [];
  return cursor === null ? values.findLast((value) => value !== null) : values[cursor];
}

function format(line: PathLine, value: number | null | undefined): string {
  return line === 'loss' ? formatNumber(value, 1) : value == null ? '–' : formatNumber(value, value >= 1000 ? 0 : value >= 1 ? 1 : 2);
}

/** What is wrong, since when, and against what. */
function verdictOf(path: ProbePath) {
  const { now, usual, health, since } = path;
  if (usual === undefined && health === '') {
    return 'No baseline yet: a path is compared with its own median of the previous day.';
  }
  if (health === '') {
    return `As usual: median ${latency(now.p50)}, previous day ${latency(usual?.p50 ?? null)}, ${formatNumber(now.lossPercent, 1)} % loss.`;
  }
  const what = [
    now.p50 === null ? 'no answer' : `median ${latency(now.p50)}${usual === undefined ? '' : `, usually ${latency(usual.p50)}`}`,
    `${formatNumber(now.lossPercent, 1)} % loss${usual === undefined ? '' : `, usually ${formatNumber(usual.lossPercent, 1)} %`}`,
    ...(now.uptimePercent !== null && now.uptimePercent < 99.95 ? [`${formatNumber(now.uptimePercent, 1)} % correct answers`] : []),
  ].join('; ');
  return (
    <>
      <b>{since === undefined ? 'Worse than usual:' : since.atLeast ? 'For more than an hour:' : `Since ${sinceWords(since.timeMs)}:`}</b>{' '}
      {what}.
    </>
  );
}

function sinceWords(ms: number): string {
  return new Date(ms).getSeconds() === 0 ? formatMinute(ms) : formatClock(ms);
}

function latency(ms: number | null): string {
  return ms === null ? 'not known' : `${formatLatency(ms)} ms`;
}
