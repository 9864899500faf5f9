// How long a page waits for each request before it gives it up. A host that answers late has its own, shorter limits: these are for one that never does.
import { verifyPageMs } from '../../core/common/verify-wait.ts';
import type { RequestArguments, RequestName } from './console-api.ts';
import { DEAD_LETTER_DEADLINES } from './dead-letter.ts';

const QUICK_MS = 20_000;
/** Beside what the request itself allows. */
const GRACE_MS = 10_000;

/** Of the requests that take longer than others; null where it waits for a person. */
const DEADLINES: { readonly [K in RequestName]?: (args: RequestArguments<K>) => number | null } = {
  query: ({ timeoutMs }) => timeoutMs + GRACE_MS,
  verify: ({ waitMs }) => verifyPageMs(waitMs),
  getSeries: () => 45_000,
  runCommand: ({ timeoutMs }) => timeoutMs + 45_000,
  ...DEAD_LETTER_DEADLINES,
  startExport: () => null,
};

/** Milliseconds; null where it waits for a person. */
export function deadlineOf<K extends RequestName>(name: K, args: RequestArguments<K>): number | null {
  const deadline: ((given: RequestArguments<K>) => number | null) | undefined = DEADLINES[name];
  return deadline === undefined ? QUICK_MS : deadline(args);
}
