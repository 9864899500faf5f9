// Which rows of a file are taken, whatever its format: by their time, and how many of a node.
import { type TimeRefusalReason, timeRefusal } from '../../common/row-time.ts';
import type { NodeRows } from './batch-builder.ts';
import { printable } from './column-names.ts';
import type { ReadCounts, ReadOptions, RefusedRow } from './import-source.ts';

type GateOptions = Pick<ReadOptions, 'fromUs' | 'window' | 'maxRowsPerNode' | 'onRefused'>;

const NEXT_STEPS: Partial<Record<TimeRefusalReason, string>> = {
  time_too_old: ': --now (shift_to_now) moves the recording so that it ends now',
  time_too_far: ': --time-format (time_format) and --zone (time_zone) say how it is written, --now (shift_to_now) moves the recording',
};

export class RowGate implements ReadCounts {
  readonly #options: GateOptions;
  rows = 0;
  taken = 0;
  leftOut = 0;
  absent = 0;
  /** Gives the row that is looked at, where the format has it as a text. */
  data: (() => RefusedRow) | undefined;

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
    const { reason, detail } = timeRefusal(timeUs, window);
    this.refuse(row, `${detail}${NEXT_STEPS[reason] ?? ''}`);
    return false;
  }

  /** Whether the node may have one row more; else it is left out. */
  admitsNode(node: Pick<NodeRows, 'offered'>): boolean {
    const { maxRowsPerNode } = this.#options;
    if (maxRowsPerNode === undefined || node.offered++ < maxRowsPerNode) return true;
    this.leftOut++;
    return false;
  }

  refuse(row: number, reason: string): void {
    const { data } = this;
    this.#options.onRefused({ row, reason: `row ${row}: ${printable(reason)}`, ...(data === undefined ? {} : { data }) });
  }
}

/** A cell in the words of a refusal. */
export function shownCell(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
