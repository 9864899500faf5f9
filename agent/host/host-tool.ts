// Runs a program of the host for a collector: without a shell, limited in time and size, and not again while its last answer is young,
// whoever asks (the samples at rest and those of a watcher).
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HostRoots } from './host-file.ts';

/** Where tools of administrators are, which a service's PATH often leaves out. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/lib/wsl/lib'];
/** Answers that are kept; more than any host has tools and drives. */
const MAX_KEPT = 128;

export interface ToolAnswer {
  stdout: string;
  /** What it found, by its own manual. */
  exitCode: number;
}

export interface ToolLimits {
  /** It is killed after this. */
  timeoutMs: number;
  /** An answer that is younger is given again. */
  maxAgeMs: number;
  /** Default 1 MiB. */
  maxBytes?: number;
}

/** Rejects with `missing_runtime`, `permission_denied`, `deadline_exceeded` or `limit_exceeded`; an exit code other than 0 is an answer. */
export type RunTool = (path: string, args: readonly string[], limits: ToolLimits) => Promise<ToolAnswer>;

/** The path of a program that may be run; undefined where there is none. */
export function findTool(name: string, roots: Pick<HostRoots, 'tools'>): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (roots.tools === undefined ? defaultFolders() : [roots.tools]).map((folder) => join(folder, file)).find(isExecutable);
}

function defaultFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...MORE_FOLDERS];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function createToolRunner(start: typeof startTool = startTool, nowMs: () => number = () => performance.now()): RunTool {
  const kept = new Map<string, { answer: Promise<ToolAnswer>; doneMs: number }>();
  return (path, args, limits) => {
    const key = [path, ...args].join('\0');
    const earlier = kept.get(key);
    if (earlier !== undefined && nowMs() - earlier.doneMs < limits.maxAgeMs) return earlier.answer;
    // While it runs its age is below any limit: it is never run beside itself.
    const entry = { answer: start(path, args, limits), doneMs: Number.POSITIVE_INFINITY };
    const done = (): void => {
      entry.doneMs = nowMs();
    };
    entry.answer.then(done, done);
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return entry.answer;
  };
}

export const runTool: RunTool = createToolRunner();

function startTool(path: string, args: readonly string[], { timeoutMs, maxBytes = 1_048_576 }: ToolLimits): Promise<ToolAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: maxBytes,
      killSignal: 'SIGKILL',
      windowsHide: true,
      // Words and decimal points of one language; nothing else of ours is a tool's business.
      env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'], LC_ALL: 'C', SYSTEMD_PAGER: '' },
    } as const;
    const child = execFile(path, [...args], options, (error, stdout) => {
      if (error === null) return resolve({ stdout, exitCode: 0 });
      const { code, killed } = error as { code?: number | string | null; killed?: boolean };
      if (typeof code === 'number') return resolve({ stdout, exitCode: code });
      reject(toToolError(path, code ?? undefined, killed === true, { timeoutMs, maxBytes }, error));
    });
    child.stdin?.end();
  });
}

function toToolError(
  path: string,
  code: string | undefined,
  killed: boolean,
  limits: { timeoutMs: number; maxBytes: number },
  cause: unknown,
): MusterError {
  if (code === 'ENOENT') return new MusterError('missing_runtime', `${path} is not there: install it`, cause);
  if (code === 'EACCES' || code === 'EPERM') return new MusterError('permission_denied', `${path} may not be run by this user`, cause);
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new MusterError('limit_exceeded', `${path} wrote more than ${limits.maxBytes} bytes`, cause);
  }
  if (killed) return new MusterError('deadline_exceeded', `${path} gave no answer within ${limits.timeoutMs / 1000} s`, cause);
  return new MusterError('unavailable', `${path} ended without an answer${code === undefined ? '' : ` (${code})`}`, cause);
}
