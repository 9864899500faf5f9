// The processes that take most of the CPU and those that take most of the memory, with their command lines.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { readCommandLine } from './command-line.ts';
import { maskCommandLine } from './mask-command-line.ts';
import { parseMemory } from './memory.ts';
import { pageBytes } from './page-size.ts';
import { LOOK_LIMIT_MS, type ProcessEntry, type ProcessList, type ProcessTable } from './process-table.ts';

const TOP = 10;
const MAX_COMMAND_CHARACTERS = 200;
/** Kernel threads are children of this one. */
const KTHREADD = 2;
const KERNEL_NAME_LENGTH = 15;

/** The first `count` by a value that is above zero, highest first. */
export function topBy(entries: readonly ProcessEntry[], count: number, measure: (entry: ProcessEntry) => number): ProcessEntry[] {
  const top: ProcessEntry[] = [];
  for (const entry of entries) {
    const value = measure(entry);
    if (!(value > 0)) continue;
    let at = top.length;
    while (at > 0 && measure(top[at - 1] as ProcessEntry) < value) at--;
    if (at >= count) continue;
    top.splice(at, 0, entry);
    if (top.length > count) top.pop();
  }
  return top;
}

/**
 * What people call a process. The kernel keeps 15 bytes of a name, and the name of the main thread where a program has named its threads (a
 * Node program is `MainThread`): then the program's file tells more. Kernel workers carry behind a slash what they do just now.
 */
export function toProcessName({ name, parent }: ProcessEntry, command = ''): string {
  if (parent === KTHREADD) return name.replace(/[/:].*$/, '');
  const file = command.startsWith('[') ? '' : basename(command.split(' ', 1)[0] ?? '');
  const isCut = name.length === KERNEL_NAME_LENGTH && file.startsWith(name);
  return file !== '' && (isCut || name === 'MainThread') ? file : name;
}

/** What /proc/PID/cmdline holds, as it is stored: without secrets, cut where it is long. */
export function parseCommandLine(bytes: Buffer): string {
  return maskCommandLine(bytes.toString('utf8'), MAX_COMMAND_CHARACTERS);
}

export function createProcessCollector(roots: HostRoots, table: ProcessTable): Collector {
  let memoryBytes: number | undefined;

  /** Of those shown last: a command line is read once, as it hardly ever changes. */
  let commands = new Map<number, { startTicks: number; name: string; command: string }>();

  const addTop = (rows: RowSink, { entries, total, partial }: ProcessList): void => {
    if (partial !== undefined) {
      const of = Number.isNaN(total) ? '' : ` of ${total}`;
      rows.problem(`only ${entries.length}${of} processes are ranked: ${partial}`);
    }
    const shown: typeof commands = new Map();
    const commandOf = (entry: ProcessEntry): string => {
      const { pid, startTicks, name } = entry;
      const known = shown.get(pid) ?? commands.get(pid);
      // A process that runs another program keeps its number and its start.
      const isSame = known?.startTicks === startTicks && known.name === name;
      const command = isSame ? known.command : readCommandLine(roots.proc, pid, name, MAX_COMMAND_CHARACTERS);
      shown.set(pid, { startTicks, name, command });
      return command;
    };
    memoryBytes ??= parseMemory(readFileSync(join(roots.proc, 'meminfo'))).total;
    const add = (by: string, top: readonly ProcessEntry[]): void => {
      top.forEach((entry, index) => {
        const command = commandOf(entry);
        const rss = entry.residentPages * pageBytes(roots.proc);
        const percent = (rss / (memoryBytes as number)) * 100;
        rows.add(
          [by, String(index + 1)],
          [entry.pid, entry.cpuPercent, rss, percent, entry.threads],
          [toProcessName(entry, command), command],
        );
      });
    };
    add(
      'cpu',
      topBy(entries, TOP, ({ cpuPercent }) => cpuPercent),
    );
    add(
      'memory',
      topBy(entries, TOP, ({ residentPages }) => residentPages),
    );
    commands = shown;
  };

  return {
    measurement: 'process',
    // The name is no tag: with it a rank of a busy machine would become a series for each program it ever ran.
    tags: ['ranked_by', 'rank'],
    fields: ['pid', 'cpu_percent', 'rss_bytes', 'memory_percent', 'threads'],
    textFields: ['name', 'command'],
    intervalMs: 10_000,
    liveIntervalMs: 2000,
    limitMs: LOOK_LIMIT_MS,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      const list = table.latest(tick, 0);
      return list instanceof Promise ? list.then((later) => addTop(rows, later)) : addTop(rows, list);
    },
    close: () => undefined,
  };
}
