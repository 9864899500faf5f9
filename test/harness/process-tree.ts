// A process and all that came from it: stopped at one moment, as a power cut stops them, and ended. By id, never by name.
import { readdirSync, readFileSync } from 'node:fs';
import { startMark } from '../../cli/process/process-info.ts';
import { until } from './until.ts';

/** Stops the process and its descendants; those that are made meanwhile too. Returns their ids. */
export function freeze(root: number): number[] {
  const stopped = new Set<number>();
  for (let fresh = [root]; fresh.length > 0; fresh = descendants(root).filter((pid) => !stopped.has(pid))) {
    for (const pid of fresh) {
      signal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
  return [...stopped];
}

/** SIGKILL to each; resolves when they are gone. */
export async function endAll(pids: readonly number[]): Promise<void> {
  const there = pids.map((pid) => ({ pid, mark: startMark(pid) })).filter(({ mark }) => mark !== undefined);
  for (const { pid } of there) signal(pid, 'SIGKILL');
  for (const { pid, mark } of there) await until(`process ${pid} is gone`, () => startMark(pid) !== mark);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (const open = [root]; open.length > 0; ) {
    const below = children.get(open.pop() as number) ?? [];
    found.push(...below);
    open.push(...below);
  }
  return found;
}

/** See proc(5): field 4, behind a name that may hold anything. */
function parentOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
