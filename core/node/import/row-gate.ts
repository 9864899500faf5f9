// Which rows of a file are taken, whatever its format: by their time, and how many of a node.
import { timeRefusal } from '../../common/row-time.ts';
import type { ReadCounts, ReadOptions } from './import-source.ts';

type GateOptions = Pick<ReadOptions, 'fromUs' | 'window' | 'maxRowsPerNode' | 'onRefused'>;

export class RowGate implements ReadCounts {
  readonly #options: GateOptions;
  readonly #rowsOfNode = new Map<object, number>();
  rows = 0;
  taken = 0;
  leftOut = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Whether a row of this time may be taken; one that is refused or left out is counted and told. */
  admits(row: number, timeUs: number): boolean {
    const { fromUs, window } = this.#options;
    if (fromUs !== undefined && timeUs < fromUs) {
      this.leftOut++;
      return false;
    }
    if (timeUs >= window.oldestUs && timeUs <= window.newestUs) return true;
    this.refuse(row, timeRefusal(timeUs, window).detail);
    return false;
  }

  /** Whether the node may have one row more; else it is left out. */
  admitsNode(node: object): boolean {
    const { maxRowsPerNode } = this.#options;
    if (maxRowsPerNode === undefined) return true;
    const rows = this.#rowsOfNode.get(node) ?? 0;
    this.#rowsOfNode.set(node, rows + 1);
    if (rows < maxRowsPerNode) return true;
    this.leftOut++;
    return false;
  }

  refuse(row: number, reason: string): void {
    this.#options.onRefused({ row, reason: `row ${row}: ${reason}` });
  }
}

/** A cell in the words of a refusal. */
export function shownCell(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
