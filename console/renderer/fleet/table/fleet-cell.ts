// A cell of the fleet's table: the elements of its column, in which only what differs is written.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { type CellFigure, createFigure, type FigureView } from './cell-figures.ts';
import type { FleetColumn } from './fleet-column.ts';

/** What all cells show alike. */
export interface CellView extends FigureView {
  known: boolean;
  /** By the gateway's clock. */
  nowMs: number;
  /** The moment that is shown; undefined for now. */
  past: number | undefined;
}

const FIGURE_CLASSES: Record<NonNullable<FleetColumn['figure']>, string> = {
  link: 'named',
  mark: 'state',
  trend: 'num metered',
  meter: 'num metered',
};

export class FleetCell {
  readonly element = document.createElement('div');
  /** Whether it is another as time goes by. */
  readonly ages: boolean;
  readonly #column: FleetColumn;
  readonly #class: string;
  readonly #text = document.createTextNode('');
  readonly #figure: CellFigure | undefined;
  #tone = '';

  constructor(column: FleetColumn) {
    const { figure, number, key } = column;
    this.#column = column;
    this.ages = column.ages === true || figure === 'trend';
    this.#class = figure === undefined ? (number ? 'num' : 'cut') : FIGURE_CLASSES[figure];
    this.element.className = this.#class;
    this.element.setAttribute('role', 'gridcell');
    this.element.dataset['column'] = key;
    this.#figure = createFigure(column, this.element, this.#text);
  }

  write(node: FleetNode, view: CellView): void {
    const { known, nowMs, past } = view;
    const row = { node, known, nowMs, shownMs: past ?? nowMs };
    const text = this.#column.text(row);
    if (this.#text.data !== text) this.#text.data = text;
    const tone = this.#column.tone?.(row) ?? '';
    if (this.#tone !== tone) {
      this.#tone = tone;
      this.element.className = `${this.#class} ${tone}`;
    }
    this.#figure?.write(row, tone, view);
  }
}
