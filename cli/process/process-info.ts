// What the operating system says of a process: is it there, since when, how much memory it holds.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export { isProcess, startMark } from '../../deploy/setup/process-mark.mjs';

/** True while a process has this id, a zombie included. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Resident memory in bytes; undefined where there is no such process. */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') {
    const kib = psValue(pid, 'rss=');
    return kib === undefined ? undefined : Number(kib) * 1024;
  }
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** CPU time used so far in seconds; undefined where there is no such process, or no /proc to tell it. */
export function cpuSeconds(pid: number): number | undefined {
  const fields = process.platform === 'linux' ? statFields(pid) : undefined;
  // Fields 14 and 15, in ticks of which every Linux that runs Node has 100 a second.
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / 100;
}

/** `/proc/PID/stat` from field 3 (the state) on; the name before it may hold spaces and parentheses. See proc(5). */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function psValue(pid: number, format: string): string | undefined {
  try {
    return execFileSync('ps', ['-o', format, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
