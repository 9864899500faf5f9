// Counts how often this machine was started, as far as the agent has seen it: the boot's id and its number, kept in the state folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';

/** The number of this boot, from 1; undefined where the kernel does not tell its id or the folder cannot be written. */
export function countBoot(stateDir: string, proc = '/proc'): number | undefined {
  const path = join(stateDir, 'boots');
  try {
    const bootId = readBootId(proc);
    if (bootId === undefined) return undefined;
    const [knownId, known] = readCount(path);
    if (knownId === bootId) return known;
    writeDurably(path, `${bootId} ${known + 1}\n`);
    return known + 1;
  } catch {
    // The uptime is told without it, and the spool says that the folder cannot be written.
    return undefined;
  }
}

/** The kernel's id of this boot; undefined where it tells none. */
export function readBootId(proc = '/proc'): string | undefined {
  try {
    return readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

// A file that is not there or holds something else: the count begins anew.
function readCount(path: string): [string, number] {
  try {
    const [id = '', count = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return /^\d+$/.test(count) ? [id, Number(count)] : ['', 0];
  } catch {
    return ['', 0];
  }
}
