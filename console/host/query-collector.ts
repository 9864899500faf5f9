// Puts the frames of a query's answer together into whole columns.
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import type { QueryResult, QueryResultColumn } from '../common/query-result.ts';

const TIME_TYPES = new Set(['timestamp', 'date']);
const NUMBER_TYPES = new Set(['double', 'float', 'int', 'long', 'short', 'byte']);

export class QueryCollector {
  #columns: QueryColumn[] = [];
  readonly #chunks: QueryFrame[] = [];
  #rows = 0;
  #totals: { truncated: boolean; elapsedMs: number } | undefined;

  add(frame: QueryFrame): void {
    if (frame.columns.length > 0) this.#columns = frame.columns;
    if (frame.rows > 0) {
      this.#chunks.push(frame);
      this.#rows += frame.rows;
    }
    if (frame.totals) this.#totals = frame.totals;
  }

  result(): QueryResult {
    return {
      columns: this.#columns.map((column, index) => this.#column(column, index)),
      rows: this.#rows,
      truncated: this.#totals?.truncated ?? false,
      elapsedMs: this.#totals?.elapsedMs ?? 0,
    };
  }

  #column({ name, type }: QueryColumn, index: number): QueryResultColumn {
    const kind = this.#kind(type, index);
    if (kind === 'text') return { name, type, kind, values: this.#texts(index) };
    const values = new Float64Array(this.#rows);
    let at = 0;
    for (const { rows, values: columns } of this.#chunks) {
      const chunk = columns[index];
      values.set((kind === 'time' ? chunk?.timesUs : chunk?.numbers) ?? [], at);
      for (const row of kind === 'time' ? (chunk?.nulls ?? []) : []) values[at + row] = Number.NaN;
      at += rows;
    }
    return { name, type, kind, values };
  }

  #texts(index: number): (string | null)[] {
    const values: (string | null)[] = [];
    for (const { rows, values: columns } of this.#chunks) {
      const chunk = columns[index];
      const at = values.length;
      for (let row = 0; row < rows; row++) values.push(chunk?.texts[row] ?? toText(chunk?.numbers[row]));
      for (const row of chunk?.nulls ?? []) values[at + row] = null;
    }
    return values;
  }

  /** The lists say it themselves where there are rows; one frame of text makes the column text. An empty answer goes by its type. */
  #kind(type: string, index: number): QueryResultColumn['kind'] {
    if (TIME_TYPES.has(type)) return 'time';
    const lists = this.#chunks.map((frame) => frame.values[index]);
    const text = lists.length === 0 ? !NUMBER_TYPES.has(type) : lists.some((list) => (list?.texts.length ?? 0) > 0);
    return text ? 'text' : 'number';
  }
}

/** A number of a frame that could hold it as one, in a column that another frame made text. */
function toText(value: number | undefined): string | null {
  return value === undefined || Number.isNaN(value) ? null : String(value);
}
