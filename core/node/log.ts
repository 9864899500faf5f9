// Structured logs of a process: JSON lines on stderr. Only events.ts files call it.
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Lines that wait while the log cannot be written; beyond it they are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** A logger of one part. Levels: trace, debug, info, warn, error, fatal, silent. */
export function createLog(part: string, level: string): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: MAX_WAITING_BYTES });
  // A full disk below the log must not end the process: without a listener the error would.
  destination.on('error', () => undefined);
  return pino(
    { base: { part }, level, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination,
  );
}
