// Says on the page's own timeline when something was painted, so that a profiler or a benchmark can see it from outside.

/** Rows of the fleet are on screen for the first time. */
export const FLEET_ROWS_MARK = 'muster:fleet-rows';
/** A live point is drawn; `detail` is when it was sampled, Unix ms. */
export const LIVE_POINT_MARK = 'muster:live-point';

const marked = new Set<string>();

/** Marks the end of the frame that shows what was just rendered. The mark reaches observers and is not kept: a window stays open for weeks. */
export function markPainted(name: string, detail?: number): void {
  afterFrame(() => {
    performance.mark(name, { detail });
    performance.clearMarks(name);
  });
}

/** As `markPainted`, once in the life of the page, and kept. */
export function markFirstPainted(name: string): void {
  if (marked.has(name)) return;
  marked.add(name);
  afterFrame(() => performance.mark(name));
}

/** A task that a frame's callback queues runs when that frame is rendered. */
function afterFrame(run: () => void): void {
  requestAnimationFrame(() => setTimeout(run));
}
