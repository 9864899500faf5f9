// What a spool takes over from another epoch under new numbers, and the note of it that lies in the same file.
import type { DatabaseSync } from 'node:sqlite';
import type { DroppedRange } from '../../core/common/frame.ts';
import type { BatchInput } from './spool.ts';

/** Batches under new numbers, and up to which number of their old epoch that is all. */
export interface Adoption {
  inputs: readonly BatchInput[];
  /** What the batches told of earlier drops: the new ones tell it. */
  told: readonly DroppedRange[];
  source: Uint8Array;
  upTo: number;
}

/** Within the transaction that writes the copies. */
export function noteAdopted(database: DatabaseSync, { source, upTo }: Adoption): void {
  database.exec('CREATE TABLE IF NOT EXISTS renumbered (source BLOB PRIMARY KEY, up_to INTEGER NOT NULL)');
  database.prepare('INSERT OR REPLACE INTO renumbered VALUES (?, ?)').run(Buffer.from(source), upTo);
}

/** Up to which number of that epoch this file has copies; 0 where it has none. */
export function adoptedUpTo(database: DatabaseSync, source: Uint8Array): number {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'renumbered'").get() === undefined) return 0;
  const row = database.prepare('SELECT up_to FROM renumbered WHERE source = ?').get(Buffer.from(source));
  return (row?.['up_to'] as number | undefined) ?? 0;
}
