// The lines of an answer over time. A stretch drawn with the pointer becomes the window's time.

import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useConsole } from '../../state/console-state.ts';
import { useLook } from '../../state/look.ts';
import { token } from '../../state/theme.ts';
import { type Bounds, pastRange } from '../../state/time-range.ts';
import { chartDate } from '../../widgets/chart-date.ts';
import { formatAxis, formatNumber, formatShort } from '../../widgets/format.ts';
import { axisSpace, timeLabel } from '../../widgets/time-axis.ts';
import type { ResultLine, ResultSeries } from './result-series.ts';

interface Props {
  series: ResultSeries;
  /** Fixes the ends of the time axis: those of the window, where the answer is of its time. */
  bounds?: Bounds | undefined;
  /** The scale begins at 0, as shares and amounts want it. */
  fromZero?: boolean;
}

/** Lines at a time: as many as there are colours that stay apart. */
const PAGE = 8;

export function ResultChart({ series: all, bounds, fromZero = false }: Props) {
  const { time, fleet } = useConsole();
  const look = useLook();
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState('');
  const [wanted, setWanted] = useState(0);
  const pages = Math.ceil(all.lines.length / PAGE);
  const page = Math.min(wanted, pages - 1);
  const series = useMemo(() => ({ ...all, lines: all.lines.slice(page * PAGE, (page + 1) * PAGE) }), [all, page]);
  const focus = series.lines.find((line) => line.label === chosen && line.band) ?? series.lines.find((line) => line.band);

  // Dependencies: another look is another set of colours, read when the chart is made
  useEffect(() => {
    const element = host.current as HTMLElement;
    const write = (index: number | null): void => writeLegend(legend.current, series, index);
    const plot = new uPlot(
      options(element, series, focus, { bounds, fromZero }, write, (from, to) => {
        const next = pastRange(Math.round(from * 1000), Math.round(to * 1000), fleet.now());
        if (next !== undefined) time.set(next);
      }),
      [series.times, ...series.lines.map((line) => line.values), ...(focus?.band === undefined ? [] : [focus.band.low, focus.band.high])],
      element,
    );
    write(null);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [series, focus, bounds, fromZero, look, time]);

  return (
    <div className="result-chart">
      <div className="chart-head" ref={legend}>
        {focus !== undefined && <span className="t3 cut">band: min to max of {focus.label}</span>}
        {pages > 1 && (
          <span className="series-pages" role="group" aria-label="Series">
            <button type="button" aria-label="Previous series" disabled={page === 0} onClick={() => setWanted(page - 1)}>
              <ChevronLeft size={13} strokeWidth={1.6} />
            </button>
            <span className="t3">
              {page * PAGE + 1}–{page * PAGE + series.lines.length} of {formatNumber(all.lines.length + all.left)} series
            </span>
            <button type="button" aria-label="Next series" disabled={page === pages - 1} onClick={() => setWanted(page + 1)}>
              <ChevronRight size={13} strokeWidth={1.6} />
            </button>
          </span>
        )}
        <span className="grow" />
        {series.lines.map((line, index) => (
          <button
            key={line.label}
            type="button"
            className="key"
            disabled={line.band === undefined}
            aria-pressed={line === focus}
            title={line.band === undefined ? line.label : `Min to max of ${line.label}`}
            onClick={() => setChosen(line.label)}
          >
            <i className="swatch" style={{ background: `var(--series-${index + 1})` }} />
            <span className="cut">{line.label}</span>
            <output />
          </button>
        ))}
      </div>
      <div className="chart-body" ref={host} />
    </div>
  );
}

function options(
  host: HTMLElement,
  series: ResultSeries,
  focus: ResultLine | undefined,
  { bounds, fromZero }: { bounds: Bounds | undefined; fromZero: boolean },
  onCursor: (index: number | null) => void,
  onZoom: (from: number, to: number) => void,
): uPlot.Options {
  const first = bounds === undefined ? series.times[0]! : bounds.fromMs / 1000;
  const last = bounds === undefined ? (series.times.at(-1) as number) : bounds.toMs / 1000;
  const span = last - first;
  const lines = series.lines.length;
  const axis = { stroke: token('text-3'), font: `11px ${token('ui')}`, grid: { stroke: token('line'), width: 1 }, ticks: { show: false } };
  return {
    width: Math.max(50, host.clientWidth),
    height: Math.max(50, host.clientHeight),
    tzDate: chartDate,
    legend: { show: false },
    padding: [8, 28, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 5, width: 1 } },
    scales: {
      ...(bounds === undefined ? {} : { x: { range: [bounds.fromMs / 1000, bounds.toMs / 1000] as [number, number] } }),
      ...(fromZero ? { y: { range: toZero } } : {}),
    },
    axes: [
      { ...axis, size: 26, gap: 7, space: axisSpace, values: (_, splits) => splits.map((seconds) => timeLabel(seconds, span)) },
      { ...axis, size: 56, gap: 6, space: 36, values: (_, splits) => splits.map(formatAxis) },
    ],
    series: [
      {},
      ...series.lines.map((line, index) => ({
        label: line.label,
        stroke: token(`series-${index + 1}`),
        width: 1.4,
        points: { show: series.times.length < 3 },
      })),
      ...(focus === undefined ? [] : [bandEdge, bandEdge]),
    ],
    ...(focus === undefined
      ? {}
      : { bands: [{ series: [lines + 2, lines + 1] as [number, number], fill: bandFill(series.lines.indexOf(focus)) }] }),
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          onZoom(plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x'));
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Only what is between the edges is drawn. */
const bandEdge = { stroke: 'transparent', width: 0, points: { show: false } };

/** The line's colour, thin enough for the lines over it. Tokens are six-digit colours. */
function bandFill(line: number): string {
  return `${token(`series-${line + 1}`).trim()}38`;
}

/** Below 0 only where values are. */
function toZero(_: uPlot, low: number | null, high: number | null): [number, number] {
  return [Math.min(0, low ?? 0), (high ?? 0) * 1.1 || 1];
}

/** Written past React: it follows the pointer. */
function writeLegend(legend: HTMLElement | null, series: ResultSeries, index: number | null): void {
  const outputs = legend?.querySelectorAll('output') ?? [];
  series.lines.forEach(({ values }, line) => {
    const value = index === null ? values.findLast((candidate) => typeof candidate === 'number') : values[index];
    if (outputs[line]) (outputs[line] as HTMLElement).textContent = formatShort(value);
  });
}
