// The rows of a file that were not acceptable: the first are shown, all are counted and, where asked for, written down with their reasons.
import { createWriteStream, openSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import type { RefusedRow, RowRefusal } from '../../core/files/import/import-source.ts';
import type { Output } from '../terminal/output.ts';

const SHOWN_REFUSALS = 5;

/** Throws where they cannot be written. */
export class Rejects {
  readonly #output: Output;
  readonly #file: WriteStream | undefined;
  #failed: MusterError | undefined;
  count = 0;

  constructor(path: string | undefined, output: Output) {
    this.#output = output;
    if (path === undefined) return;
    const failed = (error: NodeJS.ErrnoException): MusterError =>
      new MusterError('invalid_argument', `the file of --rejects, ${path}, cannot be written (${error.code}): choose another`, error);
    try {
      this.#file = createWriteStream(path, { fd: openSync(path, 'w') });
    } catch (error) {
      throw failed(error as NodeJS.ErrnoException);
    }
    this.#file.on('error', (error) => {
      this.#failed ??= failed(error);
    });
  }

  add({ row, reason, data }: RowRefusal): void {
    if (this.#failed !== undefined) throw this.#failed;
    this.count++;
    if (this.#file !== undefined) for (const line of this.#linesOf(row, reason, data?.())) this.#file.write(`${line}\n`);
    if (this.count <= SHOWN_REFUSALS) this.#output.note(reason);
    else if (this.count === SHOWN_REFUSALS + 1)
      this.#output.note('further rows that are refused are counted only (--rejects FILE writes all)');
  }

  /** A CSV file of them can be mended and imported: the reasons are comments. Of other files each row is an object, with the row as it is under `data`. */
  #linesOf(row: number, reason: string, data: RefusedRow | undefined): string[] {
    if (data?.header === undefined) return [JSON.stringify({ row, reason, data: data === undefined ? null : jsonOf(data.text) })];
    const lines = [`# ${reason}`, data.text];
    if (this.count === 1) lines.unshift(data.header);
    return lines;
  }

  async close(): Promise<void> {
    const file = this.#file;
    if (file !== undefined) await finished(file.end()).catch(() => undefined);
    if (this.#failed !== undefined) throw this.#failed;
  }
}

/** A line that is no JSON stays the text that it is. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
