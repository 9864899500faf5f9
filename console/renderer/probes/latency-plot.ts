// A uPlot chart of a path's latency or loss, with the moment of change as a mark. Lives outside React.

import uPlot from 'uplot';
import { token } from '../state/theme.ts';
import { chartDate } from '../widgets/chart-date.ts';
import { formatAxis } from '../widgets/format.ts';
import { axisSpace, timeLabel } from '../widgets/time-axis.ts';
import type { PathHistory, PathLine } from './use-path-history.ts';

export interface PlotEvents {
  onCursor(index: number | null): void;
  /** A stretch was drawn with the pointer, seconds. */
  onZoom(fromSeconds: number, toSeconds: number): void;
}

/** Which token a line wears. */
export const LINE_COLORS: Readonly<Record<PathLine, string>> = {
  p50: 'series-1',
  p95: 'series-4',
  p99: 'series-6',
  loss: 'bad',
  uptime: 'series-3',
};

const SYNC_KEY = 'probe-path';

export class LatencyPlot {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  readonly #lines: readonly PathLine[];
  #bounds: [number, number] = [0, 1];
  #marks: readonly number[] = [];

  /** With `bars` it is the strip of losses below the lines, without times. */
  constructor(host: HTMLElement, lines: readonly PathLine[], bars: boolean, events: PlotEvents) {
    this.#lines = lines;
    const axis = {
      stroke: token('text-3'),
      font: `11px ${token('ui')}`,
      grid: { stroke: token('line'), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width: Math.max(50, host.clientWidth),
      height: Math.max(20, host.clientHeight),
      tzDate: chartDate,
      legend: { show: false },
      padding: [8, 16, 0, 0],
      cursor: {
        sync: { key: SYNC_KEY, setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 5, width: 1 },
      },
      scales: {
        x: { time: true, range: () => this.#bounds },
        y: { range: (_, __, high) => [0, bars ? Math.max(5, high ?? 0) : (high ?? 0) * 1.12 || 1] },
      },
      axes: [
        { ...axis, show: !bars, size: 24, gap: 5, space: axisSpace, values: (_, splits) => splits.map(this.#formatTime) },
        {
          ...axis,
          size: 48,
          gap: 6,
          space: 36,
          // The strip's figures stand in the chart's head; its axis only keeps the times of both below each other.
          ...(bars ? { grid: { show: false } } : {}),
          values: (_, splits) => splits.map((value) => (bars ? '' : formatAxis(value))),
        },
      ],
      series: [{}, ...lines.map((line) => seriesOf(line, bars))],
      hooks: {
        setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null)],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return;
            events.onZoom(plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x'));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          },
        ],
        draw: [(plot) => this.#drawMarks(plot)],
      },
    };
    this.#plot = new uPlot(options, [[], ...lines.map(() => [])] as uPlot.AlignedData, host);
    this.#observer = new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight }));
    this.#observer.observe(host);
  }

  /** `marks`: moments of change, Unix milliseconds. */
  show({ times, lines, bounds }: PathHistory, marks: readonly number[]): void {
    this.#bounds = [bounds.fromMs / 1000, bounds.toMs / 1000];
    this.#marks = marks;
    this.#plot.setData([times, ...this.#lines.map((line) => lines[line])] as uPlot.AlignedData);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  readonly #formatTime = (seconds: number): string => timeLabel(seconds, this.#bounds[1] - this.#bounds[0]);

  #drawMarks({ ctx, bbox, valToPos }: uPlot): void {
    ctx.save();
    ctx.setLineDash([3, 3]);
    ctx.strokeStyle = token('bad');
    for (const ms of this.#marks) {
      if (ms / 1000 < this.#bounds[0] || ms / 1000 > this.#bounds[1]) continue;
      const x = Math.round(valToPos(ms / 1000, 'x', true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

/** So few points make no line that could be seen. */
function isSparse(plot: uPlot): boolean {
  return plot.data[0].length < 3;
}

function seriesOf(line: PathLine, bars: boolean): uPlot.Series {
  const stroke = token(LINE_COLORS[line]);
  if (!bars) return { label: line, stroke, width: line === 'p50' ? 1.6 : 1.1, spanGaps: false, points: { show: isSparse, size: 4 } };
  const paths = uPlot.paths.bars?.({ size: [0.8, 6], align: 1 });
  return { label: line, stroke, fill: stroke, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
}
