// How many connections a gateway may have: by the memory and the file descriptors that the system gives this process.
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** As measured: a connection that speaks TLS and HTTP/2 and has no call. */
const BYTES_A_CONNECTION = 96 * 1024;
/** Of the memory; the rest is for the program, the batches under way and the queries. */
const MEMORY_SHARE = 0.6;
/** Files, the database's and nats-server's connections. */
const OTHER_DESCRIPTORS = 256;
const MOST = 20_000;
const LEAST = 256;

export interface Resources {
  memoryBytes: number;
  /** Infinity where the system tells of none. */
  descriptors: number;
}

export function connectionLimit({ memoryBytes, descriptors }: Resources = resources()): number {
  const fit = Math.min(MOST, (memoryBytes * MEMORY_SHARE) / BYTES_A_CONNECTION, descriptors - OTHER_DESCRIPTORS);
  return Math.max(LEAST, Math.floor(fit));
}

function resources(): Resources {
  // 0, or more than there is, where no control group limits it.
  const limit = process.constrainedMemory();
  const memoryBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { memoryBytes, descriptors: openFilesLimit() };
}

/** The soft limit, which Node has raised to the hard one at its start. */
function openFilesLimit(): number {
  try {
    return parseOpenFiles(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    // Not on Linux.
    return Number.POSITIVE_INFINITY;
  }
}

/** Source: proc_pid_limits(5). */
export function parseOpenFiles(text: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
