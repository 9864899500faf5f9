// Whether this agent may see the processes of other users: /proc may be mounted so that it does not (Documentation/filesystems/proc.rst, hidepid).
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { HostRoots } from '../host/host-file.ts';

const CAP_SYS_PTRACE = 1n << 19n;
const LOOK_AGAIN_EVERY_MS = 60_000;

/** What is hidden: all that another user's process is, or only what stands in its files. */
export interface HiddenProcesses {
  even: 'existence' | 'state';
  /** What it is and what to do. */
  sentence: string;
}

/** From the lines of /proc/mounts, of what is mounted at `proc`, else at /proc. Undefined where nothing is hidden from anybody. */
export function parseHidepid(mounts: string, proc: string): { word: string; gid: string | undefined } | undefined {
  let found: string | undefined;
  let isExact = false;
  for (const line of mounts.split('\n')) {
    const [, point, type, options = ''] = line.split(' ');
    if (type !== 'proc' || (point !== proc && (isExact || point !== '/proc'))) continue;
    isExact ||= point === proc;
    // What was mounted last lies above.
    found = options;
  }
  const option = (name: string): string | undefined => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(found ?? '')?.[1];
  const word = option('hidepid');
  return word === undefined || word === '0' || word === 'off' ? undefined : { word, gid: option('gid') };
}

/** Looks at most once a minute. */
export class ProcessVisibility {
  readonly #proc: string;
  #hidden: HiddenProcesses | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor({ proc }: HostRoots) {
    this.#proc = proc;
  }

  hidden(nowMs: number): HiddenProcesses | undefined {
    if (nowMs - this.#lookedMs >= LOOK_AGAIN_EVERY_MS) {
      this.#lookedMs = nowMs;
      this.#hidden = this.#look();
    }
    return this.#hidden;
  }

  #look(): HiddenProcesses | undefined {
    const found = parseHidepid(readOr(join(this.#proc, 'mounts')), pathOf(this.#proc));
    if (found === undefined || this.#maySeeAll(found)) return undefined;
    const remedy = 'give it the capability CAP_SYS_PTRACE, or the group of the mount option gid';
    return {
      even: found.word === '1' || found.word === 'noaccess' ? 'state' : 'existence',
      sentence: `/proc is mounted with hidepid=${found.word}, which hides the processes of other users from this agent: ${remedy}`,
    };
  }

  #maySeeAll({ word, gid }: { word: string; gid: string | undefined }): boolean {
    const status = readOr(join(this.#proc, 'self/status'));
    const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
    // A capability within a user namespace of its own opens nothing of the host's.
    if ((BigInt(`0x${capabilities}`) & CAP_SYS_PTRACE) !== 0n) return readOr(join(this.#proc, '1/stat')) !== '';
    const groups = /^Groups:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    const own = /^Gid:\s*\d+\s+(\d+)/m.exec(status)?.[1];
    // Group 0 is the default and opens nothing by itself; `ptraceable` knows no group.
    return gid !== undefined && word !== '4' && word !== 'ptraceable' && (groups.includes(gid) || own === gid);
  }
}

function pathOf(proc: string): string {
  try {
    return realpathSync(proc);
  } catch {
    return proc;
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
