// The heat map behind its component: which node lies where, what is drawn, what is under a point. No React: an update is plain work of
// a millisecond or two at 10,000 nodes.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { currentValue, type FleetMetric } from '../fleet-metrics.ts';
import type { Size } from '../use-size.ts';
import { HeatCells } from './heat-cells.ts';
import { HEAT_HEAD, type HeatLayout, layoutHeat } from './heat-layout.ts';
import { type CellPlaces, cellPlaces, HeatPainter } from './heat-painter.ts';
import { type HeatStats, heatStats } from './heat-stats.ts';

/** Cells change their places at most so often while nodes come and go. */
const ARRANGE_APART_MS = 2000;
const STATS_APART_MS = 1000;

export class HeatView {
  layout: HeatLayout = { cell: 0, groups: [], height: 0 };
  stats: HeatStats;
  readonly cells: HeatCells;
  readonly #painter: HeatPainter;
  readonly #metric: FleetMetric;
  readonly #size: Size;
  #places: CellPlaces = cellPlaces(this.layout, []);
  #known = true;
  #arrangedAtMs = Number.NEGATIVE_INFINITY;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    canvas: HTMLCanvasElement,
    size: Size,
    metric: FleetMetric,
    matches: (node: FleetNode) => boolean,
    groupOfNode: (node: FleetNode) => string,
  ) {
    this.cells = new HeatCells(matches, groupOfNode);
    this.#painter = new HeatPainter(canvas);
    this.#metric = metric;
    this.#size = size;
    this.stats = heatStats([], metric);
  }

  /** True where more than colours changed: the groups' heads and what stands beside the map are due too. */
  update(nodes: ReadonlyMap<string, FleetNode>, known: boolean): boolean {
    const nowMs = performance.now();
    const changed = this.cells.update(nodes);
    const arrange = changed === undefined && nowMs - this.#arrangedAtMs > ARRANGE_APART_MS;
    if (arrange) this.#arrange(nodes, nowMs);
    const count = arrange || nowMs - this.#countedAtMs > STATS_APART_MS;
    const scaled = count && this.#count(nowMs);
    const all = arrange || scaled || changed === undefined || known !== this.#known;
    this.#known = known;
    if (all) for (let cell = 0; cell < this.cells.nodes.length; cell++) this.#paint(cell);
    else for (const cell of changed) this.#paint(cell);
    return count;
  }

  #arrange(nodes: ReadonlyMap<string, FleetNode>, nowMs: number): void {
    this.#arrangedAtMs = nowMs;
    this.cells.arrange(nodes);
    const counts = this.cells.groups.map(({ count }) => count);
    this.layout = layoutHeat(counts, this.#size.width, this.#size.height);
    this.#places = cellPlaces(this.layout, counts);
    this.#painter.reset(this.#places, this.#size.width, this.layout.height);
  }

  /** True where the scale is another one. */
  #count(nowMs: number): boolean {
    this.#countedAtMs = nowMs;
    const before = this.stats.most;
    this.stats = heatStats(this.cells.nodes, this.#metric);
    return before !== this.stats.most;
  }

  #paint(cell: number): void {
    if (cell >= this.#places.x.length) return;
    const node = this.cells.nodes[cell] as FleetNode;
    const value = currentValue(this.#metric, node);
    this.#painter.paint(cell, node.state, value === null ? null : value / this.stats.most, this.#known);
  }

  /** Corner and side of a cell. */
  placeOf(cell: number): { x: number; y: number; side: number } {
    return { x: this.#places.x[cell] ?? 0, y: this.#places.y[cell] ?? 0, side: this.#places.side };
  }

  /** The cell under a point of the canvas. */
  at(x: number, y: number): number | undefined {
    const { cell, groups } = this.layout;
    for (let i = 0; i < groups.length; i++) {
      const place = groups[i];
      const group = this.cells.groups[i];
      if (place === undefined || group === undefined) continue;
      const column = Math.floor((x - place.x) / cell);
      const row = Math.floor((y - place.y - HEAT_HEAD) / cell);
      if (column < 0 || column >= place.columns || row < 0) continue;
      const index = row * place.columns + column;
      if (index < group.count) return group.first + index;
    }
    return undefined;
  }

  /** The cell an arrow key leads to: the next in its row, and above or below the nearest, in the next group where this one ends. */
  beside(cell: number, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'): number {
    const last = this.cells.nodes.length - 1;
    if (key === 'ArrowLeft') return Math.max(0, cell - 1);
    if (key === 'ArrowRight') return Math.min(last, cell + 1);
    const { x, y } = this.placeOf(cell);
    const sign = key === 'ArrowDown' ? 1 : -1;
    let nearest = cell;
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other <= last; other++) {
      const down = sign * (this.#places.y[other]! - y);
      if (down <= 0) continue;
      const far = down + 3 * Math.abs(this.#places.x[other]! - x);
      if (far < least) {
        least = far;
        nearest = other;
      }
    }
    return nearest;
  }
}
