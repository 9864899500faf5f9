// What runs on the machine, from /proc/PID/stat (man 5 proc_pid_stat): looked through at most every few seconds, for all collectors that
// want to know.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { perSecond, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { type HiddenProcesses, ProcessVisibility } from './hidden-processes.ts';

/** Of a machine with more, the rest is counted and not looked at. */
const MAX_PROCESSES = 20_000;
/** For the looks of a slow machine with as many. */
export const LOOK_LIMIT_MS = 8000;
/** So many are read before others may go on. */
const SLICE = 250;
/** What did nothing since the look before is read every so many looks: most of a machine sleeps, and each reading costs. */
const SLEEPER_LOOKS = 4;
const CLOSING_PARENTHESIS = 41;
const TICKS_PER_SECOND = 100;

export interface ProcessStat {
  name: string;
  /** A letter: R S D Z T t W X I. */
  state: string;
  parent: number;
  /** Clock ticks of user and system time since its start. */
  cpuTicks: number;
  threads: number;
  /** Clock ticks after boot. With the number it is unique. */
  startTicks: number;
  residentPages: number;
}

/** Throws nothing: of a line that is cut short, what is missing is NaN. */
export function parseProcessStat(bytes: Buffer): ProcessStat {
  // The name may hold anything, parentheses and newlines too; no field behind it does.
  const nameEnd = bytes.lastIndexOf(CLOSING_PARENTHESIS);
  const name = bytes.toString('utf8', bytes.indexOf('(') + 1, nameEnd);
  const scanner = new Scanner(bytes, nameEnd + 1);
  const state = scanner.word();
  const parent = scanner.number();
  scanner.skipWords(9);
  const cpuTicks = scanner.number() + scanner.number();
  scanner.skipWords(4);
  const threads = scanner.number();
  scanner.skipWords(1);
  const startTicks = scanner.number();
  scanner.skipWords(1);
  return { name, state, parent, cpuTicks, threads, startTicks, residentPages: scanner.number() };
}

export interface ProcessEntry extends ProcessStat {
  pid: number;
  /** % of one core since the time before; NaN when it was not there then. */
  cpuPercent: number;
  /** When it was read. */
  atMs: number;
}

export interface ProcessList {
  atMs: number;
  /** How many there are, even where not all were read; NaN where some are hidden. */
  total: number;
  entries: readonly ProcessEntry[];
  /** Why `entries` are not all, and what to do; undefined where they are. */
  partial: string | undefined;
}

export class ProcessTable {
  readonly #proc: string;
  readonly #max: number;
  readonly #bytes = Buffer.allocUnsafe(1024);
  #list: ProcessList | undefined;
  #known = new Map<number, ProcessEntry>();
  #looks = 0;
  #reading: Promise<ProcessList> | undefined;
  readonly #visibility: ProcessVisibility;
  /** Of the look under way: those whose files are closed to this agent. */
  #closed = 0;

  constructor(roots: HostRoots, maxProcesses = MAX_PROCESSES) {
    this.#proc = roots.proc;
    this.#max = maxProcesses;
    this.#visibility = new ProcessVisibility(roots);
  }

  /** A list that is not older than `maxAgeMs`: at once on most machines, later on one with very many processes. */
  latest(tick: Tick, maxAgeMs: number): ProcessList | Promise<ProcessList> {
    const list = this.#list;
    if (list !== undefined && tick.monotonicMs - list.atMs <= maxAgeMs) return list;
    if (this.#reading !== undefined) return this.#reading;
    const pids = readdirSync(this.#proc).filter(isNumber);
    this.#looks++;
    this.#closed = 0;
    if (pids.length <= SLICE) return this.#finish(tick, 0, this.#readSlice(tick, pids));
    this.#reading = this.#readSlices(tick, pids).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readSlices(tick: Tick, pids: readonly string[]): Promise<ProcessList> {
    const found: ProcessEntry[] = [];
    for (let at = 0; at < Math.min(pids.length, this.#max); at += SLICE) {
      for (const entry of this.#readSlice(tick, pids.slice(at, Math.min(at + SLICE, this.#max)))) found.push(entry);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#finish(tick, Math.max(0, pids.length - this.#max), found);
  }

  #readSlice(tick: Tick, pids: readonly string[]): ProcessEntry[] {
    const found: ProcessEntry[] = [];
    for (const text of pids) {
      const pid = Number(text);
      const earlier = this.#known.get(pid);
      if (earlier?.cpuPercent === 0 && (pid + this.#looks) % SLEEPER_LOOKS !== 0) {
        found.push(earlier);
        continue;
      }
      const bytes = this.#readStat(text);
      if (bytes === undefined) continue;
      const stat = parseProcessStat(bytes);
      found.push({ pid, atMs: tick.monotonicMs, cpuPercent: toCpuPercent(stat, earlier, tick), ...stat });
    }
    return found;
  }

  // It may be gone since its number was listed.
  #readStat(pid: string): Buffer | undefined {
    try {
      const fd = openSync(join(this.#proc, pid, 'stat'), 'r');
      try {
        return this.#bytes.subarray(0, readSync(fd, this.#bytes));
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') this.#closed++;
      return undefined;
    }
  }

  #finish(tick: Tick, leftOut: number, entries: ProcessEntry[]): ProcessList {
    this.#known = new Map(entries.map((entry) => [entry.pid, entry]));
    const hidden = this.#visibility.hidden(tick.monotonicMs);
    const total = hidden?.even === 'existence' ? Number.NaN : entries.length + leftOut + this.#closed;
    this.#list = { atMs: tick.monotonicMs, total, entries, partial: this.#whyPartial(leftOut, hidden) };
    return this.#list;
  }

  #whyPartial(leftOut: number, hidden: HiddenProcesses | undefined): string | undefined {
    if (hidden !== undefined) return hidden.sentence;
    if (this.#closed > 0) return `the states of ${this.#closed} processes may not be read by this user`;
    return leftOut > 0 ? `more than ${this.#max} processes: ${leftOut} were not looked at` : undefined;
  }
}

function toCpuPercent(now: ProcessStat, before: ProcessEntry | undefined, tick: Tick): number {
  // A number that is in use again belongs to another process.
  if (before === undefined || before.startTicks !== now.startTicks) return Number.NaN;
  return perSecond(now.cpuTicks, before.cpuTicks, (tick.monotonicMs - before.atMs) / 1000) * (100 / TICKS_PER_SECOND);
}

function isNumber(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57;
}
