// Whether the spool's limit fits its disk: on a smaller one it is the disk that ends it, and what waits is kept in memory then.
import { existsSync, type StatsFs, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toByteWords } from './words.ts';

export interface SpoolRoom {
  maxBytes: number;
  /** Null where the file system does not tell. */
  freeBytes: number | null;
  /** Empty where it fits. */
  problem: string;
}

/** `heldBytes` is what the spool has on the disk already. */
export function spoolRoom(stateDir: string, maxBytes: number, heldBytes: number, freeBytes = freeOn(stateDir)): SpoolRoom {
  const fits = freeBytes === null || maxBytes - heldBytes <= freeBytes;
  const problem = fits
    ? ''
    : `the spool may grow by ${toByteWords(maxBytes - heldBytes)}, and the disk of ${stateDir} has ${toByteWords(freeBytes)} left: free space, or lower spoolMaxBytes`;
  return { maxBytes, freeBytes, problem };
}

/** Of the folder, or of the one above that is there. */
function freeOn(folder: string): number | null {
  if (!existsSync(folder) && dirname(folder) !== folder) return freeOn(dirname(folder));
  try {
    const { bavail, bsize, frsize = bsize } = statfsSync(folder) as StatsFs & { frsize?: number };
    return bavail * frsize;
  } catch {
    return null;
  }
}
