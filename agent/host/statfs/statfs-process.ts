// One child that asks for file systems: a line for each question, a line for each answer.
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { isSea } from 'node:sea';
import { answerStatfs } from './statfs-child.ts';

export const STATFS_FLAG = '--answer-statfs';

/** In bytes and counts, as statvfs(3) has them. */
export interface FilesystemStats {
  bsize: number;
  /** What blocks are counted in; 0 or absent where it is not told. */
  frsize?: number;
  blocks: number;
  bfree: number;
  bavail: number;
  files: number;
  ffree: number;
}

export interface StatfsEvents {
  /** Questions may come. */
  ready(): void;
  answered(id: number, stats: FilesystemStats): void;
  failed(id: number, code: string, words: string): void;
  /** All of its threads are gone. One that was killed may take until its last server answers. */
  ended(words: string): void;
}

export interface StatfsProcess {
  /** `path` is the bytes as Latin-1. */
  ask(id: number, path: string): void;
  /** Ends what can be ended of it. */
  kill(): void;
}

export type StartStatfs = (threads: number, events: StatfsEvents) => StatfsProcess;

/** Nothing of it keeps this process running. */
export const startStatfsProcess: StartStatfs = (threads, events) => {
  const child = spawn(process.execPath, statfsProgram(), {
    stdio: ['pipe', 'pipe', 'ignore'],
    // The working folder of the agent may lie below a server that is gone.
    cwd: '/',
    env: { UV_THREADPOOL_SIZE: String(threads), MALLOC_ARENA_MAX: '1' },
  });
  let hasEnded = false;
  const end = (words: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    events.ended(words);
  };
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(`it ended with ${signal ?? `exit code ${code}`}`));
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) take(line, events);
  });
  // A child that is gone says so by its exit.
  for (const pipe of [child.stdin, child.stdout]) {
    pipe.on('error', () => undefined);
    (pipe as Partial<Socket>).unref?.();
  }
  child.unref();
  return {
    ask: (id, path) => void child.stdin.write(`${JSON.stringify([id, path])}\n`),
    kill: () => void child.kill('SIGKILL'),
  };
};

function take(line: string, events: StatfsEvents): void {
  const [id, answer, words] = JSON.parse(line) as [number, (FilesystemStats | string)?, string?];
  if (answer === undefined) events.ready();
  else if (typeof answer === 'string') events.failed(id, answer, words ?? '');
  else events.answered(id, answer);
}

/** The single file that holds Node and script in one can run nothing but itself. */
function statfsProgram(): string[] {
  return isSea() ? [STATFS_FLAG] : ['-e', `(${answerStatfs})()`];
}
