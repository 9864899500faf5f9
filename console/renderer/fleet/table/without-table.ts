// A fleet in which nobody measured something yet has no table of it: that answers nothing, and is no failure.
import { MusterError } from '../../../../core/common/muster-error.ts';

/** For `catch`: null where table or column is not there; anything else is thrown on. */
export function withoutTable(error: unknown): null {
  if (error instanceof MusterError && /not exist|invalid column/i.test(error.message)) return null;
  throw error;
}
