// `process_list`: processes by CPU or memory, from /proc read twice.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readCommandLine } from '../collectors/command-line.ts';
import { ProcessVisibility } from '../collectors/hidden-processes.ts';
import { pageBytes } from '../collectors/page-size.ts';
import { oneOf, wholeNumber } from './argument-rules.ts';
import { type HostCommand, OK } from './host-command.ts';
import { tableText } from './text-table.ts';
import { createTurns } from './turn-taking.ts';
import { createUserNames } from './user-names.ts';

const BETWEEN_READINGS_MS = 500;
/** Ticks of /proc/PID/stat: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const COMMAND_LENGTH = 400;

export interface ProcessReading {
  pid: number;
  parent: number;
  name: string;
  state: string;
  /** User and system time, in ticks. */
  ticks: number;
  threads: number;
  residentBytes: number;
  /** Ticks from boot to its start: with the pid it names one process for ever. */
  startTicks: number;
}

/** One line of /proc/PID/stat; undefined where it is not one. The name may hold blanks and brackets. */
export function parseProcessStat(text: string, bytesOfPage = pageBytes()): ProcessReading | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  if (open < 0 || close < open || fields.length < 22) return undefined;
  const number = (field: number): number => Number(fields[field]);
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parent: number(1),
    ticks: number(11) + number(12),
    threads: number(17),
    startTicks: number(19),
    residentBytes: number(21) * bytesOfPage,
  };
}

export function createProcessList(proc: string): HostCommand {
  return {
    rules: { sort: oneOf(['cpu', 'memory', 'pid'], 'cpu'), limit: wholeNumber(1, 10_000, 50) },
    async run({ sort, limit }, context) {
      const before = await readProcesses(proc, context.signal);
      const sinceMs = performance.now();
      await pause(BETWEEN_READINGS_MS, undefined, { signal: context.signal });
      const after = await readProcesses(proc, context.signal);
      const ticks = ((performance.now() - sinceMs) / 1000) * TICKS_PER_SECOND;
      const rows = [...after.values()].map((process) => {
        const earlier = before.get(process.pid);
        const same = earlier?.startTicks === process.startTicks;
        return { ...process, cpuPercent: same ? Math.max(0, (100 * (process.ticks - earlier.ticks)) / ticks) : 0 };
      });
      rows.sort(
        (a, b) => (sort === 'pid' ? 0 : sort === 'cpu' ? b.cpuPercent - a.cpuPercent : b.residentBytes - a.residentBytes) || a.pid - b.pid,
      );
      const userName = createUserNames();
      const shown = rows.slice(0, limit as number);
      const cells: (string | number)[][] = [];
      const giveWay = createTurns(context.signal);
      for (const row of shown) {
        cells.push([
          row.pid,
          row.parent,
          userOf(proc, row.pid, userName),
          row.state,
          row.cpuPercent.toFixed(1),
          Math.round(row.residentBytes / 1024 ** 2),
          row.threads,
          readCommandLine(proc, row.pid, row.name, COMMAND_LENGTH),
        ]);
        await giveWay();
      }
      await context.write(tableText(['PID', 'PPID', 'USER', 'S', 'CPU %', 'MEM MiB', 'THREADS', 'COMMAND'], cells));
      await context.write(
        `${shown.length} of ${rows.length} processes, by ${sort}; CPU over ${BETWEEN_READINGS_MS} ms, 100 % is one core\n`,
      );
      const hidden = new ProcessVisibility({ proc, sys: '/sys' }).hidden(performance.now());
      if (hidden !== undefined) await context.write(`these are not all: ${hidden.sentence}\n`);
      return OK;
    },
  };
}

async function readProcesses(proc: string, signal: AbortSignal): Promise<Map<number, ProcessReading>> {
  const found = new Map<number, ProcessReading>();
  const giveWay = createTurns(signal);
  const bytesOfPage = pageBytes(proc);
  for (const entry of readdirSync(proc)) {
    if (!/^\d+$/.test(entry)) continue;
    const process = parseProcessStat(readOr(join(proc, entry, 'stat'), ''), bytesOfPage);
    // One that ended since the folder was listed is no process any more.
    if (process !== undefined) found.set(process.pid, process);
    await giveWay();
  }
  return found;
}

function userOf(proc: string, pid: number, userName: (uid: number) => string): string {
  try {
    return userName(statSync(join(proc, String(pid))).uid);
  } catch {
    return '-';
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
