// Work a frame and dropped frames, from a trace of Chromium's own.

/** What is read of an event; Chromium writes more. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  /** CPU time, microseconds. */
  tdur?: number;
  args?: { name?: string; chrome_frame_reporter?: { state?: string; affects_smoothness?: boolean } };
}

/** Tasks of the threads, begins of frames and what became of them. */
export const TRACE_CATEGORIES: readonly string[] = ['toplevel', 'cc', 'benchmark', 'devtools.timeline', '__metadata'];

export interface FrameWork {
  frames: number;
  p50Ms: number;
  p95Ms: number;
  worstMs: number;
  /** Of the frames that the compositor presented or dropped. */
  shown: number;
  dropped: number;
}

/** Renamed between the versions of Chromium. */
const FRAME_BEGIN = /^(ThreadProxy|ProxyMain)::BeginMainFrame$/;
const TASK = 'ThreadControllerImpl::RunTask';

/**
 * A frame's work is the CPU time of all tasks of the page's main thread from the begin of the frame until the next one begins: what other
 * programs do on the same cores counts little.
 */
export function frameWork(events: readonly TraceEvent[], pid: number): FrameWork {
  const main = events.find((event) => event.pid === pid && event.name === 'thread_name' && event.args?.name === 'CrRendererMain');
  if (main === undefined) throw new Error(`the trace knows no main thread of process ${pid}`);
  const own = events.filter((event) => event.pid === pid && event.tid === main.tid);
  const begins = own
    .filter((event) => event.ph === 'X' && FRAME_BEGIN.test(event.name))
    .map((event) => event.ts)
    .sort((a, b) => a - b);
  const tasks = own.filter((event) => event.name === TASK && event.ph === 'X').sort((a, b) => a.ts - b.ts);
  const works: number[] = [];
  let next = 0;
  for (const task of outermost(tasks)) {
    const end = task.ts + (task.dur ?? 0);
    if ((begins[next] ?? Number.POSITIVE_INFINITY) <= end) {
      works.push(0);
      while ((begins[next] ?? Number.POSITIVE_INFINITY) <= end) next++;
    }
    if (works.length > 0) works[works.length - 1] = (works.at(-1) as number) + (task.tdur ?? task.dur ?? 0) / 1000;
  }
  const states = events
    .filter((event) => event.pid === pid && event.name === 'PipelineReporter')
    .map((event) => event.args?.chrome_frame_reporter)
    .filter((report) => report?.state !== undefined);
  const sorted = works.sort((a, b) => a - b);
  return {
    frames: sorted.length,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    worstMs: quantile(sorted, 1),
    shown: states.filter((report) => report?.state?.startsWith('STATE_PRESENTED')).length,
    dropped: states.filter((report) => report?.state === 'STATE_DROPPED' && report.affects_smoothness !== false).length,
  };
}

/** Of ascending values; NaN without any. */
export function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? Number.NaN : Math.round(value * 10) / 10;
}

/** A task that runs within another is part of it. */
function* outermost(tasks: readonly TraceEvent[]): Generator<TraceEvent> {
  let end = Number.NEGATIVE_INFINITY;
  for (const task of tasks) {
    if (task.ts < end) continue;
    end = task.ts + (task.dur ?? 0);
    yield task;
  }
}
