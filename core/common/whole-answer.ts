// Whether an answer that is read in several parts is the whole one: which statements must be read in one piece, and whether rows went missing between. Pure.
import { MusterError } from './muster-error.ts';
import { movingPart } from './statement-clock.ts';
import { ownOrder } from './statement-order.ts';

/**
 * Why a statement must be read in one piece: by windows of time it would give other rows, or others first. `untimed` of its rows have no time.
 * Undefined where windows are as good.
 */
export function wholeBecause(sql: string, untimed: number): string | undefined {
  const own = ownOrder(sql) ?? movingPart(sql);
  if (own !== undefined) return `its ${own} would not be kept by windows of time: leave it out, or export parts of the time`;
  return untimed === 0 ? undefined : 'rows without a time are in no window of time: leave them out, or export them alone';
}

/** Throws `failed_precondition` where fewer rows were read than there had been. More may have come meanwhile. */
export function checkRows(rows: number, announced: number): void {
  if (rows >= announced) return;
  throw new MusterError(
    'failed_precondition',
    `the answer had ${announced} rows and then only ${rows}: what it asks for changed while it was read, so export it again, or to a fixed time`,
  );
}
