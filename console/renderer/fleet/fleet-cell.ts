// A cell of the fleet's table: the elements of its column, in which only what differs is written.
import type { FleetNode } from '../../common/fleet-node.ts';
import { type CellFigure, createFigure, type FigureView } from './cell-figures.ts';
import type { FleetColumn } from './fleet-columns.ts';

/** What all cells show alike. */
export interface CellView extends FigureView {
  /** The moment that is shown; undefined for now. */
  past: number | undefined;
}

export class FleetCell {
  readonly element = document.createElement('div');
  /** Whether it is another as time goes by. */
  readonly ages: boolean;
  readonly #column: FleetColumn;
  readonly #class: string;
  readonly #text = document.createTextNode('');
  readonly #figure: CellFigure | undefined;
  readonly #link: HTMLAnchorElement | undefined;
  #linked: { nodeId: string; name: string } | undefined;
  #tone = '';

  constructor(column: FleetColumn) {
    const { figure, number, key } = column;
    this.#column = column;
    this.ages = column.ages === true || figure === 'trend';
    this.#class = figure === 'mark' ? 'state' : figure !== undefined ? 'num metered' : number ? 'num' : key === 'name' ? '' : 'cut';
    this.element.className = this.#class;
    this.element.setAttribute('role', 'gridcell');
    this.element.dataset['column'] = key;
    if (figure !== undefined) this.#figure = createFigure(figure, this.element, this.#text);
    else if (key !== 'name') this.element.append(this.#text);
    else {
      this.#link = document.createElement('a');
      this.#link.className = 't1 cut';
      this.#link.tabIndex = -1;
      this.#link.append(this.#text);
      this.element.append(this.#link);
    }
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
    this.#writeLink(node);
  }

  #writeLink({ nodeId, name }: FleetNode): void {
    if (this.#link === undefined || (this.#linked?.nodeId === nodeId && this.#linked.name === name)) return;
    this.#linked = { nodeId, name };
    this.#link.href = `#/node/${nodeId}`;
    this.#link.title = name;
  }
}
