// Ends a download that hardly moves: whoever reads nothing would keep the place of a machine that waits. Knows nothing of what is sent.

const LOOK_EVERY_MS = 30_000;
const LEAST_BYTES = 16 * 1024 * 30;

/** Calls `cut` once when fewer than 16 KiB a second have moved for 30 s; returns what ends the watch. `movedBytes` are those since the beginning. */
export function watchPace(movedBytes: () => number, cut: () => void): () => void {
  let before = movedBytes();
  const timer = setInterval(() => {
    const now = movedBytes();
    if (now - before < LEAST_BYTES) {
      clearInterval(timer);
      cut();
    }
    before = now;
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
