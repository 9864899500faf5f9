// How long a page waits for each request before it gives it up. A host that answers late has its own, shorter limits: these are for one that never does.
import { verifyPageMs } from '../../core/common/verify-wait.ts';
import type { RequestArguments, RequestName } from './console-api.ts';

const QUICK_MS = 20_000;
/** Beside what the request itself allows. */
const GRACE_MS = 10_000;
const CHANGE_MS = 70_000;

type Deadlines = { readonly [K in RequestName]: (args: RequestArguments<K>) => number | null };

const quick = (): number => QUICK_MS;
const change = (): number => CHANGE_MS;
/** It waits for a person. */
const none = (): null => null;

const DEADLINES: Deadlines = {
  listMeasurements: quick,
  query: ({ timeoutMs }) => timeoutMs + GRACE_MS,
  getNode: quick,
  verify: ({ waitMs }) => verifyPageMs(waitMs),
  getSeries: () => 45_000,
  runCommand: ({ timeoutMs }) => timeoutMs + 45_000,
  setNodeLabels: quick,
  joinInfo: quick,
  createJoinToken: quick,
  releaseNode: quick,
  removeNode: quick,
  listDeadLetters: quick,
  getDeadLetter: quick,
  replayDeadLetters: change,
  discardDeadLetters: change,
  startExport: none,
  cancelExport: quick,
  reconnect: quick,
  unlock: quick,
  lock: quick,
  openContext: quick,
  setNotifications: quick,
  setZoom: quick,
};

/** Milliseconds; null where it waits for a person. */
export function deadlineOf<K extends RequestName>(name: K, args: RequestArguments<K>): number | null {
  return DEADLINES[name](args);
}
