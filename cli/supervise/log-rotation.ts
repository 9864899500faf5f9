// Keeps the log of each part small: one file that grows, one that is old.
import { copyFileSync, renameSync, statSync, truncateSync } from 'node:fs';

const MAX_BYTES = 16 * 1024 ** 2;

/** Before a part starts: a log above the limit becomes `.1`. */
export function rotateBeforeStart(logFile: string, maxBytes = MAX_BYTES): void {
  if (sizeOf(logFile) > maxBytes) renameSync(logFile, `${logFile}.1`);
}

/** While a part holds its log open for appending: copy and cut. Lines written between the two are lost, which a log can bear. */
export function rotateWhileOpen(logFile: string, maxBytes = MAX_BYTES): void {
  if (sizeOf(logFile) <= maxBytes) return;
  copyFileSync(logFile, `${logFile}.1`);
  truncateSync(logFile, 0);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
