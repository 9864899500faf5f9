// Structured logs of a process: JSON lines on stderr. Only events.ts files call it.
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** A logger of one part. Levels: trace, debug, info, warn, error, fatal, silent. */
export function createLog(part: string, level: string): Log {
  return pino(
    { base: { part }, level, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ dest: 2, sync: true }),
  );
}
