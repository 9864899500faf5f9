// Room on the disk of a folder: what the parts write is bounded by it before it is bounded by their own limits.
import { type StatsFs, statfsSync } from 'node:fs';

/** Below this nothing that writes can be expected to work. */
const FULL_BYTES = 32 * 1024 ** 2;
/** Of the disk, for the stream: the tables that it is stored in need the rest. */
const STREAM_SHARE = 0.4;
const LEAST_STREAM_BYTES = 64 * 1024 ** 2;
/** The gateway's own default. */
const STREAM_BYTES = 8 * 1024 ** 3;

export interface DiskRoom {
  freeBytes: number;
  totalBytes: number;
}

/** Undefined where the file system does not tell. */
export function diskRoom(folder: string): DiskRoom | undefined {
  try {
    const { bavail, blocks, bsize, frsize = bsize } = statfsSync(folder) as StatsFs & { frsize?: number };
    return blocks === 0 ? undefined : { freeBytes: bavail * frsize, totalBytes: blocks * frsize };
  } catch {
    return undefined;
  }
}

/** Why a part that writes to this folder cannot work now, whatever is done with it; undefined where there is room. */
export function fullDisk(folder: string, room = diskRoom(folder)): string | undefined {
  if (room === undefined || room.freeBytes >= FULL_BYTES) return undefined;
  return `the disk of ${folder} has ${Math.floor(room.freeBytes / 1024 ** 2)} MiB left: free some, it goes on by itself then`;
}

/** What the stream may hold on a disk of this size: a stream that fills the disk stops the database, which is what empties it. */
export function streamBytesFor(room: DiskRoom | undefined): number {
  if (room === undefined) return STREAM_BYTES;
  return Math.max(LEAST_STREAM_BYTES, Math.min(STREAM_BYTES, Math.floor(room.totalBytes * STREAM_SHARE)));
}
