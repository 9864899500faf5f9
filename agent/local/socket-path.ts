// Where the agent's own socket is.
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** What a socket's address holds (man 7 unix: 108 bytes with the zero at its end; macOS has 104). */
const MAX_PATH_BYTES = 103;

/** `run/agent.sock` in the state folder; on Windows a pipe named after it. */
export function socketPath(stateDir: string): string {
  if (process.platform !== 'win32') return join(stateDir, 'run', 'agent.sock');
  return `\\\\.\\pipe\\muster-agent-${createHash('sha256').update(stateDir).digest('hex').slice(0, 16)}`;
}

/**
 * Calls `use` with a path of this socket that is short enough to bind or connect to: where the real one is too long, one through an
 * open folder (Linux).
 */
export async function withSocketPath<T>(stateDir: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = socketPath(stateDir);
  if (process.platform !== 'linux' || Buffer.byteLength(path) <= MAX_PATH_BYTES) return use(path);
  const folder = openSync(join(stateDir, 'run'), 'r');
  try {
    return await use(`/proc/self/fd/${folder}/agent.sock`);
  } finally {
    closeSync(folder);
  }
}
