// Tells a spool file that went on with its machine from one that came out of a snapshot or a backup: its numbers were used by another life.
import { readFileSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Changes with each boot, and with each copy of the file. */
function lifeOf(path: string): string {
  const { dev, ino } = statSync(path);
  let boot = '';
  try {
    boot = readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    // Elsewhere than on Linux a copy is told by its place on the disk alone.
  }
  return `${boot} ${dev}:${ino}`;
}

/**
 * True where the file was used in this very life last. A restored disk comes back with a reboot, a restored file with a place of its own; an
 * honest reboot looks the same and costs a new epoch, which is little.
 */
export function isSameLife(database: DatabaseSync, path: string): boolean {
  database.exec('CREATE TABLE IF NOT EXISTS life (id INTEGER PRIMARY KEY CHECK (id = 1), word TEXT NOT NULL)');
  const word = lifeOf(path);
  const known = database.prepare('SELECT word FROM life').get() as { word: string } | undefined;
  if (known === undefined) database.prepare('INSERT INTO life VALUES (1, ?)').run(word);
  return known === undefined || known.word === word;
}
