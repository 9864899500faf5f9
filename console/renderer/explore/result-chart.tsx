// The lines of an answer over time. A stretch drawn with the pointer becomes the window's time.

import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { chartDate } from '../parts/chart-date.ts';
import { formatAxis, formatShort } from '../parts/format.ts';
import { axisSpace, timeLabel } from '../parts/time-axis.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { token } from '../state/theme.ts';
import { type Bounds, pastRange } from '../state/time-range.ts';
import type { ResultLine, ResultSeries } from './result-series.ts';

/** `bounds` fixes the ends of the time axis and lets the scale begin at nothing, as an amount over the window's time wants it. */
export function ResultChart({ series, bounds }: { series: ResultSeries; bounds?: Bounds }) {
  const { theme, time, fleet } = useConsole();
  const shownTheme = useStore(theme.theme);
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState('');
  const focus = series.lines.find((line) => line.label === chosen && line.band) ?? series.lines.find((line) => line.band);

  // Dependencies: another theme is another set of colours, read when the chart is made
  useEffect(() => {
    const element = host.current as HTMLElement;
    const write = (index: number | null): void => writeLegend(legend.current, series, index);
    const plot = new uPlot(
      options(element, series, focus, bounds, write, (from, to) => {
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
  }, [series, focus, bounds, shownTheme, time]);

  return (
    <div className="result-chart">
      <div className="chart-head" ref={legend}>
        {focus !== undefined && <span className="t3">band: least to most of {focus.label}</span>}
        <span className="grow" />
        {series.lines.map((line, index) => (
          <button
            key={line.label}
            type="button"
            className="key"
            disabled={line.band === undefined}
            aria-pressed={line === focus}
            title={line.band === undefined ? line.label : `Least to most of ${line.label}`}
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
  bounds: Bounds | undefined,
  onCursor: (index: number | null) => void,
  onZoom: (from: number, to: number) => void,
): uPlot.Options {
  const first = bounds === undefined ? (series.times[0] as number) : bounds.fromMs / 1000;
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
    ...(bounds === undefined
      ? {}
      : { scales: { x: { range: [bounds.fromMs / 1000, bounds.toMs / 1000] as [number, number] }, y: { range: toZero } } }),
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

function toZero(_: uPlot, __: number, high: number): [number, number] {
  return [0, high * 1.1 || 1];
}

/** Written past React: it follows the pointer. */
function writeLegend(legend: HTMLElement | null, series: ResultSeries, index: number | null): void {
  const outputs = legend?.querySelectorAll('output') ?? [];
  series.lines.forEach(({ values }, line) => {
    const value = index === null ? values.findLast((candidate) => typeof candidate === 'number') : values[index];
    if (outputs[line]) (outputs[line] as HTMLElement).textContent = formatShort(value);
  });
}
