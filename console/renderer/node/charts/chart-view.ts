// One uPlot chart: its shape from the spec, colours from the theme, cursor shared by all charts of the page. Lives outside React.

import uPlot from 'uplot';
import { token } from '../../state/theme.ts';
import { chartDate } from '../../widgets/chart-date.ts';
import { formatAxis } from '../../widgets/format.ts';
import { axisSpace, timeLabel } from '../../widgets/time-axis.ts';
import { EVENT_COLORS, type EventColor, eventColor, type NodeEvent } from '../node-event.ts';
import type { ChartSpec, LineSpec } from '../specs/chart-spec.ts';
import { type ChartArea, drawArea } from './chart-areas.ts';
import type { ChartColumns } from './chart-columns.ts';
import { type ChartGestures, isPanned, listenToGestures } from './chart-gestures.ts';
import { PlotShift } from './plot-shift.ts';

const SYNC_KEY = 'node';
/** Room for the scale at the left and the last label at the right: the row of events keeps to it. */
export const PLOT_LEFT = 48;
export const PLOT_RIGHT = 30;

export interface ChartViewEvents extends ChartGestures {
  /** The point under the cursor, null when it left; and its time in seconds where the pointer or the keys are on this chart. */
  onCursor(index: number | null, seconds: number | null | undefined): void;
}

export class ChartView {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  readonly #spec: ChartSpec;
  readonly #lines: readonly LineSpec[];
  readonly #banded: boolean;
  readonly #areas: readonly ChartArea[];
  readonly #shift: PlotShift;
  readonly #sight: IntersectionObserver;
  #inSight = true;
  /** What is to be drawn once it is in sight. */
  #waiting: (() => void) | undefined;
  readonly #eventColors: Record<EventColor, string>;
  #bounds: [number, number] = [0, 1];
  #events: readonly NodeEvent[] = [];
  #nulls: null[] = [];

  /** `banded` draws the least and the most behind each line. */
  constructor(host: HTMLElement, spec: ChartSpec, lines: readonly LineSpec[], banded: boolean, events: ChartViewEvents) {
    this.#spec = spec;
    this.#lines = lines;
    this.#banded = banded && !spec.stacked;
    this.#areas = this.#areasOf(lines);
    this.#eventColors = Object.fromEntries(EVENT_COLORS.map((name) => [name, token(name)])) as Record<EventColor, string>;
    const axis = {
      stroke: token('text-3'),
      font: `11px ${token('ui')}`,
      grid: { stroke: token('line'), width: 1 },
      ticks: { show: false },
    };
    const own = (): boolean => host.matches(':hover') || host === document.activeElement;
    const options: uPlot.Options = {
      width: Math.max(50, host.clientWidth),
      height: Math.max(50, host.clientHeight),
      tzDate: chartDate,
      legend: { show: false },
      padding: [8, PLOT_RIGHT, 0, 0],
      cursor: {
        sync: { key: SYNC_KEY, setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { size: 5, width: 1 },
        bind: {
          // Shift drags the window along instead.
          mousedown: (_, __, handler) => (event) => (event.shiftKey ? null : handler(event)),
          // A cursor in every chart, and what follows it on the page, would cost more than the moved charts do.
          mousemove: (_, __, handler) => (event) => (isPanned(host) ? null : handler(event)),
          dblclick: () => () => {
            events.onReset();
            return null;
          },
        },
      },
      scales: { x: { time: true, range: () => this.#bounds }, y: { range: (_, low, high) => this.#reach(low, high) } },
      axes: [
        { ...axis, size: 24, gap: 5, space: axisSpace, values: (_, splits) => splits.map(this.#formatTime) },
        {
          ...axis,
          size: PLOT_LEFT,
          gap: 6,
          space: 36,
          values: (_, splits) => splits.map((value) => formatAxis(Math.abs(value))),
        },
      ],
      series: [{}, ...lines.map((line) => this.#series(line)), ...(this.#banded ? lines.flatMap(() => [EDGE, EDGE]) : [])],
      hooks: {
        setCursor: [
          (plot) => {
            const { left = -1, idx } = plot.cursor;
            events.onCursor(idx ?? null, own() ? (left < 0 ? null : plot.posToVal(left, 'x')) : undefined);
          },
        ],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return;
            events.onZoom(plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x'));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          },
        ],
        drawAxes: [(plot) => this.#drawAreas(plot)],
        draw: [
          (plot) => {
            this.#drawEvents(plot);
            this.#shift.drawn(...this.#bounds);
          },
        ],
      },
    };
    this.#plot = new uPlot(options, [[], ...options.series.slice(1).map(() => [])], host);
    this.#shift = new PlotShift(this.#plot);
    listenToGestures(host, this.#plot, events);
    this.#observer = new ResizeObserver(() => this.#plot.setSize({ width: host.clientWidth, height: host.clientHeight }));
    this.#observer.observe(host);
    this.#sight = new IntersectionObserver(([entry]) => {
      this.#inSight = entry?.isIntersecting ?? true;
      if (this.#inSight) this.#waiting?.();
    });
    this.#sight.observe(host);
  }

  /** Draws the columns over the stretch from `fromSeconds` to `toSeconds`; they may reach beyond it. */
  show(columns: ChartColumns, fromSeconds: number, toSeconds: number, events: readonly NodeEvent[]): void {
    this.#bounds = [fromSeconds, toSeconds];
    this.#events = events;
    this.#draw(() => this.#plot.setData(this.#shape(columns) as uPlot.AlignedData));
  }

  /** The same points over another stretch: all that a frame of panning costs. */
  setBounds(fromSeconds: number, toSeconds: number): void {
    this.#bounds = [fromSeconds, toSeconds];
    // What waits with other data draws these bounds too.
    if (this.#waiting === undefined) this.#draw(() => this.#move(fromSeconds, toSeconds));
  }

  #move(fromSeconds: number, toSeconds: number): void {
    const { y } = this.#plot.scales;
    const [low, high] = [y?.min, y?.max];
    const shifted = this.#shift.to(fromSeconds, toSeconds, (bounds) => this.#drawOver(bounds));
    // What came into view, or left it, may be what the scale reaches to
    if (shifted === undefined || y?.min !== low || y?.max !== high) this.#drawOver([fromSeconds, toSeconds]);
    else this.#bounds = shifted;
  }

  #drawOver(bounds: [number, number]): void {
    this.#bounds = bounds;
    this.#plot.batch(() => this.#plot.setScale('x', { min: bounds[0], max: bounds[1] }));
  }

  /** At once where somebody sees it, else when it is scrolled to. */
  #draw(act: () => void): void {
    this.#waiting = undefined;
    if (this.#inSight) act();
    else {
      this.#waiting = () => {
        this.#waiting = undefined;
        act();
      };
    }
  }

  close(): void {
    this.#sight.disconnect();
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #series({ color, label }: LineSpec): uPlot.Series {
    return {
      label,
      stroke: token(`series-${color}`),
      width: this.#spec.stacked ? 1 : 1.4,
      spanGaps: false,
      points: { show: false },
      paths: (plot, series, from, to) => LINE(plot, series, ...this.#shift.within(from, to, plot.data[series] ?? [])),
    };
  }

  /** Stacked lines are filled down to the one before, others as they ask for it, and a band reaches from the least to the most. */
  #areasOf(lines: readonly LineSpec[]): ChartArea[] {
    return lines.flatMap(({ color, filled }, at) => {
      const stroke = token(`series-${color}`);
      const high = at + 1;
      if (this.#spec.stacked) return at === 0 ? [{ high, fill: `${stroke}66` }] : [{ low: at, high, fill: `${stroke}66` }];
      const edge = lines.length + 1 + 2 * at;
      return [
        ...(filled ? [{ high, fill: `${stroke}30` }] : []),
        ...(this.#banded ? [{ low: edge, high: edge + 1, fill: `${stroke}38` }] : []),
      ];
    });
  }

  #drawAreas(plot: uPlot): void {
    const [from = 0, to = -1] = plot.series[0]?.idxs ?? [];
    const end = plot.data[0].length - 1;
    // One point beyond each end: the way there is in view
    for (const area of this.#areas) {
      drawArea(plot, area, ...this.#shift.within(Math.max(0, from - 1), Math.min(end, to + 1), plot.data[area.high] ?? []));
    }
  }

  /** Stacked lines stand on those before; mirrored ones hang below the axis. */
  #shape({ times, lines, bands }: ChartColumns): (number | null)[][] {
    if (this.#spec.stacked) {
      const floor = new Float64Array(times.length);
      const stand = (value: number | null, row: number): number | null => {
        if (value === null) return null;
        floor[row] = floor[row]! + value;
        return floor[row]!;
      };
      return [times, ...lines.map((column) => column.map(stand))];
    }
    if (!this.#banded) return [times, ...lines.map((column, at) => this.#hang(column, at))];
    if (this.#nulls.length !== times.length) this.#nulls = new Array(times.length).fill(null);
    return [
      times,
      ...lines.map((column, at) => this.#hang(column, at)),
      ...bands.flatMap((band, at) => (band === null ? [this.#nulls, this.#nulls] : [this.#hang(band.low, at), this.#hang(band.high, at)])),
    ];
  }

  #hang(column: (number | null)[], at: number): (number | null)[] {
    return this.#lines[at]?.mirrored ? column.map((value) => (value === null ? null : -value)) : column;
  }

  #reach(low: number | null, high: number | null): [number, number] {
    if (this.#spec.max !== undefined) return [0, this.#spec.max];
    const most = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0)) * 1.1 || 1;
    if (this.#lines.some((line) => line.mirrored)) return [-most, most];
    return low !== null && low < 0 ? [-most, most] : [0, most];
  }

  readonly #formatTime = (seconds: number): string => timeLabel(seconds, this.#bounds[1] - this.#bounds[0]);

  #drawEvents(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([3, 3]);
    ctx.lineWidth = 1;
    for (const event of this.#events) {
      const seconds = event.timeMs / 1000;
      if (seconds < this.#bounds[0] || seconds > this.#bounds[1]) continue;
      const x = Math.round(plot.valToPos(seconds, 'x', true)) + 0.5;
      ctx.strokeStyle = this.#eventColors[eventColor(event)];
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

const LINE = uPlot.paths.linear?.() as uPlot.Series.PathBuilder;
/** The least and the most have no line of their own: they are there for the scale and for the area between them. */
const EDGE: uPlot.Series = { paths: () => null, points: { show: false } };
