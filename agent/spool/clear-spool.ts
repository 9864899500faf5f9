// Gives up what a spool holds, because somebody said so.
import type { DroppedRange } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Backlog } from './backlog.ts';
import type { MemorySpool } from './memory-spool.ts';
import { CLEARED } from './spool.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const ALL = { bytes: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };

/** Throws `failed_precondition` where the disk takes no account of it. */
export function clearAll(lanes: Backlog['lanes'], present: SqliteSpool | MemorySpool): DroppedRange[] {
  if (!(present instanceof SqliteSpool))
    throw new MusterError('failed_precondition', `the spool cannot be written: ${present.status().problem}`);
  return [...[...lanes].map((lane) => lane.drop(ALL, CLEARED)), present.drop(ALL, CLEARED)].filter((range) => range !== undefined);
}

/** An epoch as it is written. */
export function hex(epoch: Uint8Array): string {
  return Buffer.from(epoch).toString('hex');
}
