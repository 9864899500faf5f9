// What the text of a cell is more than itself: a link, or beside a state's mark, the line of the CPU, a bar of percent.
import { meterBorderPx } from '../../widgets/meter.tsx';
import { cutInMiddle } from '../../widgets/middle-cut.tsx';
import { sparklinePath } from '../../widgets/sparkline.tsx';
import type { ShownState } from '../../widgets/state-mark.tsx';
import type { FleetColumn, RowView } from './fleet-column.ts';
import { shownState } from './fleet-columns.ts';

/** Pixels. */
const TREND_WIDTH = 50;
const TREND_HEIGHT = 16;
const SVG = 'http://www.w3.org/2000/svg';

export interface FigureView {
  /** The CPU's last quarter of an hour; undefined for a moment of the past. */
  trends: TrendSource | undefined;
  /** A new element of a state's mark. */
  mark(state: ShownState): Element;
}

export interface TrendSource {
  /** Another whenever `read` gives something else. */
  stamp(nodeId: string, nowMs: number): string;
  read(nodeId: string, nowMs: number): ArrayLike<number> | undefined;
}

export interface CellFigure {
  /** `tone` is the class of the cell's colour. */
  write(row: RowView, tone: string, view: FigureView): void;
}

/** Puts the text into the cell, with the figure of the column where it has one. */
export function createFigure({ figure, percent }: FleetColumn, cell: HTMLElement, text: Text): CellFigure | undefined {
  switch (figure) {
    case undefined:
      cell.append(text);
      return undefined;
    case 'mark':
      return new Mark(cell, text);
    case 'link':
      return new Link(cell, text);
    case 'trend':
      return beside(new Trend(), cell, text);
    case 'meter':
      return beside(new Meter(percent), cell, text);
  }
}

function beside<F extends CellFigure & { element: Element }>(figure: F, cell: HTMLElement, text: Text): F {
  const place = document.createElement('span');
  place.append(text);
  cell.append(figure.element, place);
  return figure;
}

class Link implements CellFigure {
  readonly #element = document.createElement('a');
  readonly #text: Text;
  /** The end of a long name, which is not cut. */
  readonly #tail = document.createElement('span');
  #nodeId = '';
  #name = '';

  constructor(cell: HTMLElement, text: Text) {
    const head = document.createElement('span');
    head.className = 'cut';
    head.append(text);
    this.#text = text;
    this.#element.className = 't1 middle-cut';
    this.#element.tabIndex = -1;
    this.#element.append(head, this.#tail);
    cell.append(this.#element);
  }

  write({ node: { nodeId, name } }: RowView): void {
    if (this.#nodeId !== nodeId) this.#element.href = `#/node/${nodeId}`;
    if (this.#name !== name) this.#element.title = name;
    const { head, tail } = cutInMiddle(name);
    if (tail !== '') this.#text.data = head;
    if (this.#name !== name) this.#tail.textContent = tail;
    this.#nodeId = nodeId;
    this.#name = name;
  }
}

class Mark implements CellFigure {
  readonly #cell: HTMLElement;
  readonly #text: Text;
  #state: ShownState | undefined;

  constructor(cell: HTMLElement, text: Text) {
    this.#cell = cell;
    this.#text = text;
  }

  write(row: RowView, _tone: string, view: FigureView): void {
    const state = shownState(row);
    if (state === this.#state) return;
    this.#state = state;
    this.#cell.replaceChildren(view.mark(state), this.#text);
  }
}

class Trend implements CellFigure {
  readonly element = document.createElementNS(SVG, 'svg');
  readonly #path = document.createElementNS(SVG, 'path');
  #stamp = '';

  constructor() {
    set(this.element, { class: 'mute', width: TREND_WIDTH, height: TREND_HEIGHT, 'aria-hidden': true });
    set(this.#path, { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.2, 'stroke-linejoin': 'round' });
    this.element.append(this.#path);
  }

  write({ node, nowMs }: RowView, _tone: string, { trends }: FigureView): void {
    const stamp = trends === undefined ? '' : `${node.nodeId} ${trends.stamp(node.nodeId, nowMs)}`;
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.element.style.display = trends === undefined ? 'none' : '';
    const values = trends?.read(node.nodeId, nowMs);
    this.#path.setAttribute('d', values === undefined ? '' : sparklinePath(values, TREND_WIDTH, TREND_HEIGHT, 0, 100));
  }
}

class Meter implements CellFigure {
  readonly element = document.createElement('i');
  readonly #percent: FleetColumn['percent'];
  #shown: string | undefined;

  constructor(percent: FleetColumn['percent']) {
    this.#percent = percent;
  }

  write({ node }: RowView, tone: string): void {
    const percent = this.#percent?.(node) ?? null;
    const shown = `${percent} ${tone}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.className = `meter ${tone}`;
    this.element.style.display = percent === null ? 'none' : '';
    this.element.style.borderLeftWidth = `${meterBorderPx(percent ?? 0)}px`;
  }
}

function set(element: Element, attributes: Readonly<Record<string, string | number | boolean>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
