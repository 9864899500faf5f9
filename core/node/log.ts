// Structured logs of a process: JSON lines on stderr. Only events.ts files call it.
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Lines that wait while the log cannot be written; beyond it they are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** A line's level for systemd's journal, which takes `<N>` in front of it (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<string, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 };

/** A logger of one part. Levels: trace, debug, info, warn, error, fatal, silent. `forJournal`: each line begins with its priority. */
export function createLog(part: string, level: string, forJournal = false): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MAX_WAITING_BYTES });
  // A full disk below the log must not end the process: without a listener the error would.
  destination.on('error', () => undefined);
  const journal = {
    write: (line: string) => destination.write(`<${PRIORITIES[/"level":"(\w+)"/.exec(line)?.[1] ?? 'info'] ?? 6}>${line}`),
  };
  return pino(
    { base: { part }, level, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    forJournal ? journal : destination,
  );
}
