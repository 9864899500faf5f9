// One uPlot chart: its shape from the spec, colours from the theme, cursor shared by all charts of the page. Lives outside React.
import uPlot from 'uplot';
import { formatAxis, formatClock, formatDay, formatMinute } from '../parts/format.ts';
import { token } from '../state/theme.ts';
import type { ChartColumns } from './chart-data.ts';
import type { ChartSpec } from './chart-specs.ts';
import type { NodeEvent } from './node-history.ts';

const SYNC_KEY = 'node';

export interface ChartViewEvents {
  /** The point under the cursor, null when it left. */
  onCursor(index: number | null): void;
  /** A stretch was drawn with the pointer, seconds. */
  onZoom(fromSeconds: number, toSeconds: number): void;
  onReset(): void;
}

export class ChartView {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  readonly #spec: ChartSpec;
  #bounds: [number, number] = [0, 1];
  #events: readonly NodeEvent[] = [];

  constructor(host: HTMLElement, spec: ChartSpec, events: ChartViewEvents) {
    this.#spec = spec;
    const text = token('text-3');
    const line = token('line');
    const font = `11px ${token('ui')}`;
    const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
    const options: uPlot.Options = {
      width: Math.max(50, host.clientWidth),
      height: Math.max(50, host.clientHeight),
      legend: { show: false },
      padding: [8, 30, 0, 0],
      cursor: {
        sync: { key: SYNC_KEY, setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 5, width: 1 },
        bind: {
          dblclick: () => () => {
            events.onReset();
            return null;
          },
        },
      },
      scales: { x: { time: true, range: () => this.#bounds }, y: { range: (_, low, high) => this.#reach(low, high) } },
      axes: [
        { ...axis, size: 24, gap: 5, values: (_, splits) => splits.map(this.#formatTime) },
        { ...axis, size: 48, gap: 6, space: 36, values: (_, splits) => splits.map((value) => formatAxis(Math.abs(value))) },
      ],
      series: [{}, ...spec.lines.map((_, index) => this.#series(index))],
      ...(spec.stacked ? { bands: spec.lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) } : {}),
      hooks: {
        setCursor: [(plot) => events.onCursor(plot.cursor.idx ?? null)],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return;
            events.onZoom(plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x'));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          },
        ],
        draw: [(plot) => this.#drawEvents(plot)],
      },
    };
    this.#plot = new uPlot(options, [[], ...spec.lines.map(() => [])], host);
    this.#observer = new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight }));
    this.#observer.observe(host);
  }

  /** Draws the columns over the stretch from `fromSeconds` to `toSeconds`. */
  show(columns: ChartColumns, fromSeconds: number, toSeconds: number, events: readonly NodeEvent[]): void {
    this.#bounds = [fromSeconds, toSeconds];
    this.#events = events;
    this.#plot.setData(this.#shape(columns) as uPlot.AlignedData);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #series(index: number): uPlot.Series {
    const { color, filled, label } = this.#spec.lines[index] as ChartSpec['lines'][number];
    const stroke = token(`series-${color}`);
    const fill = this.#spec.stacked ? `${stroke}66` : filled ? `${stroke}30` : undefined;
    return {
      label,
      stroke,
      width: this.#spec.stacked ? 1 : 1.4,
      spanGaps: false,
      points: { show: false },
      ...(fill === undefined ? {} : { fill }),
    };
  }

  /** Stacked lines stand on those before; mirrored ones hang below the axis. */
  #shape([times, ...columns]: ChartColumns): (number | null)[][] {
    if (this.#spec.stacked) {
      const floor = new Float64Array(times.length);
      return [
        times,
        ...columns.map((column) =>
          column.map((value, row) => {
            if (value === null) return null;
            floor[row] = (floor[row] as number) + value;
            return floor[row] as number;
          }),
        ),
      ];
    }
    return [
      times,
      ...columns.map((column, line) =>
        this.#spec.lines[line]?.mirrored ? column.map((value) => (value === null ? null : -value)) : column,
      ),
    ];
  }

  #reach(low: number | null, high: number | null): [number, number] {
    const { max, lines } = this.#spec;
    if (max !== undefined) return [0, max];
    const mirrored = lines.some((line) => line.mirrored);
    const most = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0)) * 1.1 || 1;
    return mirrored ? [-most, most] : [0, most];
  }

  readonly #formatTime = (seconds: number): string => {
    const span = this.#bounds[1] - this.#bounds[0];
    if (span <= 300) return formatClock(seconds * 1000);
    return span > 172_800 ? formatDay(seconds * 1000) : formatMinute(seconds * 1000);
  };

  #drawEvents(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([3, 3]);
    ctx.lineWidth = 1;
    for (const event of this.#events) {
      const seconds = event.timeMs / 1000;
      if (seconds < this.#bounds[0] || seconds > this.#bounds[1]) continue;
      const x = Math.round(plot.valToPos(seconds, 'x', true)) + 0.5;
      ctx.strokeStyle = token(eventColor(event.severity));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

/** The token a mark of that severity wears. */
export function eventColor(severity: string): 'bad' | 'late' | 'mute' {
  return severity === 'error' ? 'bad' : severity === 'warning' ? 'late' : 'mute';
}
