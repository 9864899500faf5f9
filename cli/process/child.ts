// Starts one part as a child process, waits until it serves, ends it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';
import type { Part, PartFile } from '../parts/part.ts';
import { orphanGuard } from './orphan-guard.ts';
import { giveWay } from './priority.ts';

/** How a child ended: one of the two is set. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A part that runs. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>;
  /** Resolves with the part's ready line (empty where readiness is asked for) once it serves; rejects when it ends before or after `timeoutMs`. */
  ready(timeoutMs: number): Promise<Record<string, unknown>>;
  /** SIGTERM, SIGKILL when it is still there after `graceMs` (default 10 s). Resolves when it is gone; may be called again. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL, as a crash would be. Resolves when it is gone. */
  kill(): Promise<Exit>;
}

/** Makes the part's folders and files, opens its log for appending and starts it in a process group of its own. */
export function startChild(part: Part, logFile: string): Child {
  for (const folder of [...part.folders, dirname(logFile)]) makeFolderDurably(folder);
  for (const file of part.files) place(file);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(part.command, part.args, {
    // Its own group: Ctrl-C in a terminal reaches the launcher alone, which ends the parts in order.
    detached: true,
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, ...part.env },
  });
  if (part.nice !== undefined && child.pid !== undefined) giveWay(child.pid, part.nice);
  const exited = watchExit(child, part, log);
  const line = watchOutput(child, part, log);
  const stop = async (graceMs = 10_000): Promise<Exit> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    return exited.finally(() => clearTimeout(timer));
  };
  return {
    pid: child.pid ?? 0,
    exited,
    ready: (timeoutMs) => untilReady({ part, logFile, exited, line, timeoutMs }),
    stop,
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** One that says already what it should is left alone: a full disk must not keep a part from its next start. */
function place({ path, text }: PartFile): void {
  let before: string | undefined;
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    // It is not there: it is made.
  }
  if (before !== text) writeDurably(path, text);
}

function watchExit(child: ChildProcess, part: Part, log: number): Promise<Exit> {
  const { pid } = child;
  if (pid !== undefined) orphanGuard().add(pid);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (pid !== undefined) return;
      appendLine(log, `${part.command} cannot be started: ${error.message}`);
      closeSync(log);
      resolve({ code: 127, signal: null });
    });
    // `close` comes after the last output, so the log is whole by then.
    child.once('close', (code, signal) => {
      if (pid === undefined) return;
      orphanGuard().remove(pid);
      closeSync(log);
      resolve({ code, signal });
    });
  });
}

/** Copies stdout to the log and resolves with the first line that says ready. */
function watchOutput(child: ChildProcess, part: Part, log: number): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      appendLine(log, text);
      if (part.readiness.kind === 'line' && text.startsWith('{')) {
        const line = parseLine(text);
        if (line?.['ready'] === true) resolve(line);
      }
    });
  });
}

function appendLine(log: number, text: string): void {
  try {
    writeSync(log, `${text}\n`);
  } catch {
    // The disk is full: a lost line is less than a launcher that ends, and all parts with it.
  }
}

function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

interface Waiting {
  part: Part;
  logFile: string;
  exited: Promise<Exit>;
  line: Promise<Record<string, unknown>>;
  timeoutMs: number;
}

async function untilReady(waiting: Waiting): Promise<Record<string, unknown>> {
  const { part, logFile, timeoutMs } = waiting;
  const over = new AbortController();
  const timeout = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new MusterError('deadline_exceeded', `${part.name} does not serve after ${timeoutMs / 1000} s: see ${logFile}`));
    }, timeoutMs);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const ended = waiting.exited.then((exit) => {
    // 2 is a file or setting that is wrong: starting again does not help.
    const code = exit.code === 2 ? 'invalid_config' : 'unavailable';
    throw new MusterError(code, `${part.name} ended with ${exitWords(exit)} before it served: ${logTail(logFile)} (${logFile})`);
  });
  try {
    return await Promise.race([untilServing(waiting, over.signal), ended, timeout]);
  } finally {
    over.abort();
  }
}

function untilServing({ part: { readiness }, line }: Waiting, over: AbortSignal): Promise<Record<string, unknown>> {
  if (readiness.kind === 'line') return line;
  return readiness.kind === 'ask' ? untilAnswer(readiness.ask, over) : Promise.resolve({});
}

async function untilAnswer(ask: () => Promise<void>, over: AbortSignal): Promise<Record<string, unknown>> {
  while (!over.aborted) {
    try {
      await ask();
      break;
    } catch {
      // Not there yet: the deadline of the caller decides when that becomes an error.
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return {};
}

/** `signal SIGKILL` or `exit code 2`. */
export function exitWords(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}

/** The last line of a log that says something, for the sentence of an error. */
export function logTail(logFile: string): string {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return 'it logged nothing';
  const bytes = Buffer.alloc(Math.min(size, 4096));
  const file = openSync(logFile, 'r');
  readSync(file, bytes, 0, bytes.length, size - bytes.length);
  closeSync(file);
  return bytes.toString('utf8').trimEnd().split('\n').at(-1)?.slice(0, 400) ?? '';
}
