// Draws the cells of the heat map on one canvas, and later only those that look different from what is drawn.
import type { NodeStateName } from '../../../common/fleet-node.ts';
import { token } from '../../state/theme.ts';
import { HEAT_HEAD, type HeatLayout } from './heat-layout.ts';

const SHADES = 200;
/** The shade of a cell without a value. */
const NO_SHADE = 255;
const STATES: readonly NodeStateName[] = ['live', 'late', 'silent', 'maintenance', 'quarantined', 'never_seen', 'unknown', 'idle'];
const WITHHELD = STATES.length;

interface Colors {
  shades: string[];
  page: string;
  late: string;
  bad: string;
  hold: string;
  mute: string;
  empty: string;
}

/** Where a cell is on the canvas. */
export interface CellPlaces {
  x: Float32Array;
  y: Float32Array;
  /** Side of a cell without its gap. */
  side: number;
}

export function cellPlaces(layout: HeatLayout, counts: readonly number[]): CellPlaces {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const places = { x: new Float32Array(total), y: new Float32Array(total), side: layout.cell - 1 };
  let cell = 0;
  layout.groups.forEach((group, index) => {
    for (let i = 0; i < counts[index]!; i++, cell++) {
      places.x[cell] = group.x + (i % group.columns) * layout.cell;
      places.y[cell] = group.y + HEAT_HEAD + Math.floor(i / group.columns) * layout.cell;
    }
  });
  return places;
}

export class HeatPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #places: CellPlaces = { x: new Float32Array(), y: new Float32Array(), side: 0 };
  /** What is drawn in each cell: its shade and its state. */
  #drawn = new Uint16Array();
  #colors: Colors = readColors();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: true }) as CanvasRenderingContext2D;
  }

  /** Starts from a blank canvas of that size, in the colours of the theme shown now. */
  reset(places: CellPlaces, width: number, height: number): void {
    const density = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * density);
    this.#canvas.height = Math.round(height * density);
    this.#context.setTransform(density, 0, 0, density, 0, 0);
    this.#places = places;
    this.#drawn = new Uint16Array(places.x.length);
    this.#colors = readColors();
  }

  /** `share` is the value's part of the scale, null without a value; `known` is false while states are withheld. */
  paint(cell: number, state: NodeStateName, share: number | null, known: boolean): void {
    const shade = share === null ? NO_SHADE : Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1));
    const code = (((known ? STATES.indexOf(state) : WITHHELD) + 1) << 8) | shade;
    if (this.#drawn[cell] === code) return;
    this.#drawn[cell] = code;
    this.#draw(this.#places.x[cell]!, this.#places.y[cell]!, known ? state : undefined, shade);
  }

  #draw(x: number, y: number, state: NodeStateName | undefined, shade: number): void {
    const context = this.#context;
    const { side } = this.#places;
    const colors = this.#colors;
    if (state === 'silent') {
      context.fillStyle = colors.bad;
      context.fillRect(x, y, side, side);
      cross(context, x, y, side, colors.page);
      return;
    }
    if (state === 'maintenance') {
      context.fillStyle = colors.empty;
      context.fillRect(x, y, side, side);
      context.fillStyle = colors.mute;
      context.fillRect(x, y + Math.floor(side / 2), side, Math.max(1, side / 8));
      return;
    }
    const shown = state !== 'never_seen' && state !== 'quarantined' && state !== 'unknown' && state !== 'idle';
    // A cell that is filled covers what was there
    if (!shown) context.clearRect(x, y, side, side);
    else {
      context.fillStyle = shade === NO_SHADE ? colors.empty : colors.shades[shade]!;
      context.fillRect(x, y, side, side);
    }
    if (state === 'live' || state === undefined) return;
    const line = state === 'never_seen' ? 1 : Math.max(1.5, side / 6);
    context.lineWidth = line;
    context.strokeStyle = state === 'late' ? colors.late : state === 'quarantined' ? colors.hold : colors.mute;
    context.strokeRect(x + line / 2, y + line / 2, side - line, side - line);
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, side: number, color: string): void {
  const edge = side / 5;
  context.strokeStyle = color;
  context.lineWidth = Math.max(1.2, side / 8);
  context.beginPath();
  context.moveTo(x + edge, y + edge);
  context.lineTo(x + side - edge, y + side - edge);
  context.moveTo(x + side - edge, y + edge);
  context.lineTo(x + edge, y + side - edge);
  context.stroke();
}

function readColors(): Colors {
  const steps = Array.from({ length: 9 }, (_, i) => parseHex(token(`seq-${i}`)));
  const shades = Array.from({ length: SHADES }, (_, i) => mixed(steps, i / (SHADES - 1)));
  const [page, late, bad, hold, mute, empty] = ['surface-1', 'late', 'bad', 'hold', 'mute', 'surface-3'].map(token) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { shades, page, late, bad, hold, mute, empty };
}

function mixed(steps: readonly (readonly number[])[], share: number): string {
  const at = share * (steps.length - 1);
  const low = Math.min(steps.length - 2, Math.floor(at));
  const [from, to] = [steps[low] ?? [], steps[low + 1] ?? []];
  return `rgb(${from.map((part, i) => Math.round(part + (to[i]! - part) * (at - low))).join(' ')})`;
}

function parseHex(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) || 0);
}
