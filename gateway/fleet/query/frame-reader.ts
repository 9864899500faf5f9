// Collects the rows of a query into frames and hands them out one at a time; stops reading from the server while one is waiting to be taken.
import type { QueryColumn, QueryFrame } from '../../../proto/gen/messages.ts';
import { type ColumnBuilder, createColumnBuilder, toQueryColumn } from './query-columns.ts';
import type { QueryEnd } from './query-end.ts';
import { toDatabaseError } from './read-database.ts';
import type { RowSink, RowStream } from './row-stream.ts';
import type { WireColumn } from './wire-messages.ts';

const FRAME_ROWS = 5000;
/** Characters of text after which a frame is sent, so that wide rows do not make a message that clients refuse. */
const FRAME_CHARACTERS = 512 * 1024;

export class FrameReader implements RowSink {
  readonly #maxRows: number;
  readonly #end: QueryEnd;
  #stream: RowStream | undefined;
  #columns: QueryColumn[] = [];
  #builders: ColumnBuilder[] = [];
  #columnsSent = false;
  #rows = 0;
  #totalRows = 0;
  #characters = 0;
  #ready: QueryFrame[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(maxRows: number, end: QueryEnd) {
    this.#maxRows = maxRows;
    this.#end = end;
    end.signal.addEventListener('abort', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  follow(stream: RowStream): void {
    this.#stream = stream;
  }

  /** The next frame. Rows that came before a failure are not handed out after it. */
  async next(): Promise<QueryFrame> {
    for (;;) {
      this.#end.signal.throwIfAborted();
      const frame = this.#ready.shift();
      if (frame !== undefined) return frame;
      this.#stream?.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#end.signal.aborted || this.#ready.length > 0) resolve();
      });
    }
  }

  columns(columns: readonly WireColumn[]): void {
    this.#columns = columns.map(toQueryColumn);
    this.#builders = this.#columns.map(createColumnBuilder);
  }

  row(values: readonly (string | null)[]): void {
    if (this.#ended) return;
    if (this.#totalRows === this.#maxRows) {
      this.#finish(true);
      return;
    }
    for (let i = 0; i < this.#builders.length; i++) {
      const value = values[i] ?? null;
      if (value !== null) this.#characters += value.length;
      this.#builders[i]?.add(value);
    }
    this.#rows++;
    this.#totalRows++;
    if (this.#rows >= FRAME_ROWS || this.#characters >= FRAME_CHARACTERS) {
      this.#push(this.#takeFrame());
      this.#stream?.pause();
    }
  }

  end(): void {
    if (!this.#ended) this.#finish(false);
  }

  error(error: Error): void {
    if (!this.#ended) this.#end.fail(toDatabaseError(error));
  }

  #finish(truncated: boolean): void {
    this.#ended = true;
    if (truncated) this.#stream?.pause();
    this.#push({ ...this.#takeFrame(), totals: { rows: this.#totalRows, truncated, elapsedMs: 0 } });
  }

  #takeFrame(): QueryFrame {
    const frame = {
      columns: this.#columnsSent ? [] : this.#columns,
      rows: this.#rows,
      values: this.#builders.map((builder) => builder.take()),
      totals: undefined,
    };
    this.#columnsSent = true;
    this.#rows = 0;
    this.#characters = 0;
    return frame;
  }

  #push(frame: QueryFrame): void {
    this.#ready.push(frame);
    this.#wake();
  }
}
