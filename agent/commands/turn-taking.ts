// A long reading of /proc in small turns: the sampler's ticks come in between.

/** At a stretch. */
const TURN_MS = 4;

/** Call it between two small pieces of work: it gives way when the turn is over. Throws when the signal is aborted. */
export function createTurns(signal: AbortSignal): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < TURN_MS) return undefined;
    return new Promise((resolve, reject) =>
      setImmediate(() => {
        sinceMs = performance.now();
        if (signal.aborted) reject(signal.reason);
        else resolve();
      }),
    );
  };
}
