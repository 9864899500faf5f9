// The command line of a process, as it may be stored and shown: without its secrets.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { maskCommandLine } from './mask-command-line.ts';

/** A process may write megabytes there. */
const MAX_BYTES = 4096;
const bytes = Buffer.allocUnsafe(MAX_BYTES);

/** Of /proc/PID/cmdline; a kernel thread, and one that is gone, has its name in brackets. */
export function readCommandLine(proc: string, pid: number, name: string, maxCharacters: number): string {
  try {
    const fd = openSync(join(proc, String(pid), 'cmdline'), 'r');
    try {
      const text = bytes.toString('utf8', 0, readSync(fd, bytes));
      return maskCommandLine(text, maxCharacters) || `[${name}]`;
    } finally {
      closeSync(fd);
    }
  } catch {
    return `[${name}]`;
  }
}
