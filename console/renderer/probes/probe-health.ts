// How far a path is from its own usual. A far place is no problem; one that is farther than yesterday is. Pure.
import type { PathValues } from './probe-data.ts';

export type Health = '' | 'late' | 'bad';

/** The first step of what was asked for. */
const EDGE_MS = 120_000;

/** Multiples of the usual latency, and points of loss or downtime over the usual, from which on it counts. */
const LATENCY = { late: 1.5, bad: 3 } as const;
const LOST = { late: 0.5, bad: 1 } as const;
/** Below so many milliseconds more, a multiple says nothing: 0.2 ms may well be 0.6. */
const LEAST_MORE_MS = { late: 1, bad: 3 } as const;

/** `usual` is undefined where the path is too new to have one. */
export function healthOf(now: PathValues, usual: PathValues | undefined): Health {
  const marks = [latencyHealth(now, usual), lostHealth(now, usual), uptimeHealth(now, usual)];
  return marks.includes('bad') ? 'bad' : marks.includes('late') ? 'late' : '';
}

export function latencyHealth(now: PathValues, usual: PathValues | undefined): Health {
  if (now.p50 === null || usual?.p50 == null) return '';
  const more = now.p50 - usual.p50;
  const times = now.p50 / Math.max(usual.p50, 0.001);
  if (times >= LATENCY.bad && more >= LEAST_MORE_MS.bad) return 'bad';
  return times >= LATENCY.late && more >= LEAST_MORE_MS.late ? 'late' : '';
}

/** What never answers is bad without a usual to compare with. */
export function lostHealth(now: PathValues, usual: PathValues | undefined): Health {
  return missingHealth(now.lossPercent ?? 0, usual?.lossPercent ?? 0);
}

/** Answers that came and were wrong count as well as none. */
export function uptimeHealth(now: PathValues, usual: PathValues | undefined): Health {
  return missingHealth(100 - (now.uptimePercent ?? 100), 100 - (usual?.uptimePercent ?? 100));
}

function missingHealth(missing: number, usually: number): Health {
  if (missing >= 99) return 'bad';
  const more = missing - usually;
  return more >= LOST.bad ? 'bad' : more >= LOST.late ? 'late' : '';
}

/** How many times its usual the latency is; null where either is not known. */
export function timesUsual(now: PathValues, usual: PathValues | undefined): number | null {
  return now.p50 === null || usual?.p50 == null ? null : now.p50 / Math.max(usual.p50, 0.001);
}

/** For an order, worst first: the failing before the changed, then by how far. */
export function severityOf(now: PathValues, usual: PathValues | undefined): number {
  const health = healthOf(now, usual);
  const lost = notAnswered(now) - (usual === undefined ? 0 : notAnswered(usual));
  return (health === 'bad' ? 1000 : health === 'late' ? 500 : 0) + Math.min(100, timesUsual(now, usual) ?? 0) + Math.max(0, lost);
}

function notAnswered({ lossPercent, uptimePercent }: PathValues): number {
  return Math.max(lossPercent ?? 0, 100 - (uptimePercent ?? 100));
}

/** When it began, as far as the steps reach back: `atLeast` where the path was so from the first step of an hour on. */
export interface Since {
  timeMs: number;
  atLeast: boolean;
}

/**
 * When the stretch that reaches to the end began, in which the path is not as usual in what it is not now; undefined where it is as usual. A path
 * whose first step is later than `fromMs` was not measured before: it is that young.
 */
export function changedSince(
  steps: readonly (PathValues & { timeMs: number })[],
  now: PathValues,
  usual: PathValues | undefined,
  fromMs: number,
): Since | undefined {
  // A slow path may lose a packet now and then: that began neither its slowness nor ends it.
  const judge = [latencyHealth, lostHealth, uptimeHealth].find((health) => health(now, usual) !== '');
  if (judge === undefined) return undefined;
  let since: number | undefined;
  let asUsual = 0;
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index] as PathValues & { timeMs: number };
    if (judge(step, usual) === '') {
      // A single good step within does not end what lasts.
      if (++asUsual > 1 || since === undefined) break;
    } else {
      asUsual = 0;
      since = step.timeMs;
    }
  }
  return since === undefined ? undefined : { timeMs: since, atLeast: since - fromMs < EDGE_MS };
}
