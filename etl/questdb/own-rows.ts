// Rows of one of Muster's own tables as lines, by @questdb/nodejs-client. Sending them is ours: its sender drops the rows of a failed flush, keeps half a row
// after an error, and tells a refusal from a lost connection only by words.
import { type SenderBuffer, SenderBufferV2, SenderOptions } from '@questdb/nodejs-client';
import { toMusterError } from '../../core/common/muster-error.ts';
import type { RowBlock, RowRefused } from './row-sender.ts';

/** Puts one row into the buffer, from `table` to `at`. */
export type PutRow<R> = (buffer: SenderBuffer, row: R) => void;

/** Nothing is sent by it: the address is only what its parser asks for. */
const OPTIONS = new SenderOptions('http::addr=127.0.0.1;protocol_version=2;auto_flush=off;');

export class OwnRows<R> implements RowBlock {
  readonly table: string;
  readonly #lines: Buffer[] = [];
  /** Of each line, the row that it was made of. */
  readonly #rowOf: R[] = [];

  /** A row of which no line can be made is given to `refused`, as one that the database refuses. */
  constructor(table: string, put: PutRow<R>, rows: readonly R[], refused: (row: R, words: string) => void) {
    this.table = table;
    const buffer = new SenderBufferV2(OPTIONS);
    for (const row of rows) {
      try {
        put(buffer, row);
        this.#lines.push(buffer.toBufferNew());
        this.#rowOf.push(row);
      } catch (error) {
        buffer.reset();
        refused(row, toMusterError(error).message);
      }
    }
  }

  get rows(): number {
    return this.#lines.length;
  }

  row(index: number): R {
    return this.#rowOf[index] as R;
  }

  slice(from: number, to: number): Buffer {
    return Buffer.concat(this.#lines.slice(from, to));
  }
}

/** What a sender wants to know of refused lines, told of the rows that they were made of. */
export function ofRows<R>(block: OwnRows<R>, refused: (row: R, words: string) => void): RowRefused {
  return (index, words) => refused(block.row(index), words);
}
