// Reads the text of `process_list` back into rows: it is written for people, in columns that a blank separates.

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
