// Reads the text of `process_list` back into rows: it is written for people, in columns that a blank separates.

import { type Known, known } from '../../state/known.ts';
import { formatNumber } from '../../widgets/format.ts';

export interface ProcessRow {
  pid: number;
  user: string;
  state: string;
  cpuPercent: number;
  memoryMib: number;
  threads: number;
  command: string;
}

export type ProcessColumn = keyof ProcessRow;

const LINE = /^\s*(\d+)\s+\d+\s+(\S+)\s+(\S)\s+(-?[\d.]+)\s+(\d+)\s+(\d+)\s+(.*)$/;

/** Lines that are no process, such as the head and the sum, are left out. */
export function parseProcesses(text: string): ProcessRow[] {
  return text.split('\n').flatMap((line): ProcessRow[] => {
    const [, pid, user = '', state = '', cpu, memory, threads, command = ''] = LINE.exec(line) ?? [];
    if (pid === undefined) return [];
    return [{ pid: Number(pid), user, state, cpuPercent: Number(cpu), memoryMib: Number(memory), threads: Number(threads), command }];
  });
}

const SUM = /^(\d+) of (\d+) processes, by /m;

/**
 * A reading with what it is worth: the list is sorted by CPU, so that the rows of one that was cut are the busiest. A line without an end may be half
 * of one, and a list without its sum is not whole, whoever cut it.
 */
export function readProcessList(text: string, atMs: number): Known<readonly ProcessRow[]> {
  const rows = parseProcesses(text.slice(0, text.lastIndexOf('\n') + 1));
  const [, , all] = SUM.exec(text) ?? [];
  if (all === undefined) return known(rows, atMs, 'live', `the busiest ${formatNumber(rows.length)}: the list was too long and was cut`);
  const missing = Number(all) > rows.length ? `the busiest ${formatNumber(rows.length)} of ${formatNumber(Number(all))}` : '';
  return known(rows, atMs, 'live', missing);
}

/** Those that hold the text anywhere, in the order of a column; equals by number of process. */
export function orderedProcesses(rows: readonly ProcessRow[], filter: string, column: ProcessColumn, down: boolean): ProcessRow[] {
  const wanted = filter.trim().toLowerCase();
  const kept = rows.filter(
    ({ pid, user, command }) =>
      wanted === '' || command.toLowerCase().includes(wanted) || user.toLowerCase().includes(wanted) || String(pid) === wanted,
  );
  return kept.sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    const order = typeof x === 'number' ? x - (y as number) : String(x).localeCompare(String(y), 'en', { numeric: true });
    return (down ? -order : order) || a.pid - b.pid;
  });
}
