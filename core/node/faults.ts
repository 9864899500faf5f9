// Where a process hears of work that failed and that nobody waited for: of what ends in `.catch(fault)`, and of every rejection that nobody
// handles. A rejection leaves the state as it was, so what serves others goes on; an exception that nobody catches ends the process as before.

type Report = (error: unknown) => void;

/** Until somebody listens: a line on stderr. */
let report: Report = (error) => process.emitWarning(error instanceof Error ? error : String(error));

/** Behind work that nobody waits for. Never throws. */
export function fault(error: unknown): void {
  try {
    report(error);
  } catch {
    // Whoever is told of faults is the last to hear of one.
  }
}

/** From now on faults are told to `to`, and rejections that nobody handles no longer end the process. Call it once, where a server begins. */
export function tellFaults(to: Report): void {
  report = to;
  process.on('unhandledRejection', fault);
}
