// How far a query has got, on disk: what is durably stored, and the window that was being sent. A window is noted down before its first row
// goes out, so that after a crash exactly that window is repeated under the same numbers.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../../core/node/durable-file.ts';
import type { Window } from './windows.ts';

const MARK = z.object({
  /** What the rows depend on: another query under the same name begins new numbers. */
  identity: z.string(),
  stepMs: z.number(),
  /** Random: a mark that was lost must not give its numbers twice. */
  generation: z.string(),
  /** All up to this step is durably stored. */
  done: z.number(),
  /** Of the numbers below. */
  period: z.number(),
  /** Node id → its last number up to `done`. */
  numbers: z.record(z.string(), z.number()),
  /** The window whose rows may have been sent in part. */
  pending: z.object({ first: z.number(), last: z.number() }).optional(),
});
export type Mark = z.output<typeof MARK>;

export class MarkFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined where there is none. Throws `failed_precondition` for one that cannot be read: going on without would leave a hole. */
  load(): Mark | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#unreadable(error);
    }
    try {
      return MARK.parse(JSON.parse(text));
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  /** On disk when it returns; a reader sees the old or the new. */
  save(mark: Mark): void {
    try {
      makeFolderDurably(dirname(this.path));
      writeDurably(this.path, JSON.stringify(mark));
    } catch (error) {
      throw new MusterError('failed_precondition', `the mark ${this.path} cannot be written: ${toMusterError(error).message}`, error);
    }
  }

  #unreadable(error: unknown): MusterError {
    return new MusterError(
      'failed_precondition',
      `the mark ${this.path} cannot be read: remove it, and what came since the last cycle is fetched by --backfill`,
      error,
    );
  }
}

/** The mark of a query that has just been met, or whose rows are others now: all up to `done` counts as stored. */
export function newMark(identity: string, stepMs: number, done: number, period: number): Mark {
  return { identity, stepMs, generation: randomBytes(12).toString('hex'), done, period, numbers: {} };
}

/** Before the first row of the window goes out. */
export function begun(mark: Mark, window: Window, period: number): Mark {
  return { ...mark, pending: window, ...(period === mark.period ? {} : { period, numbers: {} }) };
}

/** When all rows of the window are durably stored. */
export function finished(mark: Mark, window: Window, numbers: ReadonlyMap<string, number>): Mark {
  const { pending: _, ...rest } = mark;
  return { ...rest, done: window.last, numbers: Object.fromEntries(numbers) };
}
