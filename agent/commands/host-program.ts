// Runs a program of the machine for a command: by its path, with an argument vector, never through a shell.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Outcome, RunContext } from './host-command.ts';

/** Only here: what an operator starts must not depend on the agent's environment. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];
const ENVIRONMENT = { PATH: FOLDERS.join(':'), LC_ALL: 'C.UTF-8', TERM: 'dumb' };
/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 2000;

/** Path of a program; undefined where the machine has none. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The outcome where a program is missing. */
export function missingProgram(what: string, remedy: string): Outcome {
  return { status: 'failed', problem: `this machine has no ${what}: ${remedy}` };
}

/** Writes what it says on both streams, until it ends or the signal ends it. Rejects where it cannot be started. */
export async function runHostProgram(path: string, args: readonly string[], context: RunContext): Promise<Outcome> {
  const { signal } = context;
  signal.throwIfAborted();
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: ENVIRONMENT, cwd: '/', shell: false });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, killedBy) => resolve(code ?? (killedBy === null ? 1 : KILLED)));
  });
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  signal.addEventListener('abort', kill, { once: true });
  const words = Promise.all([pass(child.stdout, context), pass(child.stderr, context)]);
  try {
    const exitCode = await ended;
    // What it wrote last may wait in the pipes for a slow reader.
    if (!signal.aborted) await Promise.race([words, aborted(signal)]);
    return exitCode === 0
      ? { status: 'ok', exitCode }
      : { status: 'failed', exitCode, problem: `${path} ended with exit code ${exitCode}` };
  } finally {
    clearTimeout(killTimer);
    signal.removeEventListener('abort', kill);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** As shells have it for a program that a signal ended. */
const KILLED = 137;

async function pass(stream: Readable, context: RunContext): Promise<void> {
  try {
    for await (const chunk of stream) if (!(await context.write(chunk as Buffer))) return;
  } catch (error) {
    // Destroyed under the reader, when the program is gone.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
