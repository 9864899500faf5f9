// The rows of the fleet's table, written into their elements directly: a row that scrolls into view takes the elements of one that left, and only
// what differs is written. Rendered by React, the rows were most of the page's own code in a scrolled frame. A row has as few elements as it can, as
// each is styled, laid out and painted.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { type CellView, FleetCell } from './fleet-cell.ts';
import type { FleetColumn } from './fleet-column.ts';

/** Where a node's row stands. */
export interface RowPlace {
  /** Which element shows it. */
  slot: number;
  /** Among all lines, from 0. */
  index: number;
  /** Pixels from the top of all lines. */
  top: number;
  node: FleetNode;
  selected: boolean;
}

/** What all rows show alike. */
export interface RowsView extends CellView {
  columns: readonly FleetColumn[];
  /** Of the grid. */
  template: string;
}

/** By which the table names its selected row to who listens. */
export function rowId(slot: number): string {
  return `fleet-row-${slot}`;
}

export class FleetRows {
  readonly #host: HTMLElement;
  readonly #rows = new Map<number, Row>();
  /** Out of the page, to be used again. */
  readonly #spare: Row[] = [];

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  /** Shows these and no others. */
  show(places: readonly RowPlace[], view: RowsView): void {
    const slots = new Set(places.map(({ slot }) => slot));
    for (const [slot, row] of this.#rows) {
      if (slots.has(slot)) continue;
      row.element.remove();
      this.#rows.delete(slot);
      this.#spare.push(row);
    }
    for (const place of places) {
      let row = this.#rows.get(place.slot);
      if (row === undefined) {
        row = this.#spare.pop() ?? new Row();
        this.#rows.set(place.slot, row);
        this.#host.append(row.element);
      }
      row.show(place, view);
    }
  }

  /** Time went by: ages are others, and lines have moved. */
  age(view: RowsView): void {
    for (const row of this.#rows.values()) row.age(view);
  }
}

class Row {
  readonly element = document.createElement('div');
  #cells: FleetCell[] = [];
  #place: RowPlace | undefined;
  #view: RowsView | undefined;

  constructor() {
    this.element.className = 'fleet-row';
    this.element.setAttribute('role', 'row');
  }

  show(place: RowPlace, view: RowsView): void {
    const [before, seen] = [this.#place, this.#view];
    const { element } = this;
    this.#place = place;
    this.#view = view;
    if (before?.top !== place.top) element.style.transform = `translateY(${place.top}px)`;
    if (before?.slot !== place.slot) element.id = rowId(place.slot);
    if (before?.index !== place.index) element.setAttribute('aria-rowindex', String(place.index + 2));
    if (before?.selected !== place.selected) element.setAttribute('aria-selected', String(place.selected));
    if (before?.node.nodeId !== place.node.nodeId) element.dataset['node'] = place.node.nodeId;
    if (seen?.template !== view.template) element.style.gridTemplateColumns = view.template;
    const built = seen?.columns === view.columns;
    if (!built) {
      this.#cells = view.columns.map((column) => new FleetCell(column));
      element.replaceChildren(...this.#cells.map((cell) => cell.element));
    }
    const same = built && before?.node === place.node && seen.known === view.known && seen.past === view.past;
    if (!same) for (const cell of this.#cells) cell.write(place.node, view);
  }

  age(view: RowsView): void {
    this.#view = view;
    for (const cell of this.#cells) if (cell.ages) cell.write((this.#place as RowPlace).node, view);
  }
}
