// The strip's bins as they show: what the store counted, what was heard while this console was connected, and what nobody knows. Pure.
import type { IncidentBins } from './incident-bins.ts';
import { binEnd, type IncidentPlan } from './incident-plan.ts';

export interface Missing {
  late: number;
  silent: number;
}

/** What a bin is worth. `ahead` lies in the future. */
export type BinWorth = 'counted' | 'heard' | 'unknown' | 'ahead';

export interface StripBins extends IncidentBins {
  worth: BinWorth[];
}

export interface Counted {
  bins: IncidentBins;
  /** Where the store's answer ends. */
  untilMs: number;
  /** Start of the first bin, as the plan moves on while live. */
  fromMs: number;
  /** Whether the states of a moment were recorded. */
  isKnown(atMs: number): boolean;
}

/**
 * The answer wins wherever it reaches and gateways watched: it knows what was stored late. Behind its end a bin is what was heard in it, and a bin in which nothing was
 * heard, because the window was hidden or the gateway away, is not known: no neighbour speaks for it.
 */
export function stripBins(
  plan: IncidentPlan,
  counted: Counted | undefined,
  heard: ReadonlyMap<number, Missing> | undefined,
  nowMs: number,
): StripBins {
  const moved = counted === undefined ? 0 : Math.round((plan.fromMs - counted.fromMs) / plan.stepMs);
  const all: StripBins = { late: new Uint32Array(plan.bins), silent: new Uint32Array(plan.bins), worth: [] };
  for (let bin = 0; bin < plan.bins; bin++) {
    const startMs = plan.fromMs + bin * plan.stepMs;
    const own = heard?.get(startMs);
    const endMs = binEnd(plan, bin);
    const known =
      counted !== undefined && endMs <= counted.untilMs && counted.bins.late[bin + moved] !== undefined && counted.isKnown(endMs);
    all.worth.push(known ? 'counted' : own !== undefined ? 'heard' : startMs > nowMs ? 'ahead' : 'unknown');
    all.late[bin] = known ? counted.bins.late[bin + moved]! : (own?.late ?? 0);
    all.silent[bin] = known ? counted.bins.silent[bin + moved]! : (own?.silent ?? 0);
  }
  return all;
}

const LEAST_PX = 2;

/**
 * Heights of a bar in pixels. The share of all nodes under a square root: one of two thousand is to be seen, and two thousand are more than five.
 * Any node at all is two pixels.
 */
export function barHeights({ late, silent }: Missing, total: number, high: number): Missing {
  const missing = late + silent;
  if (missing === 0) return { late: 0, silent: 0 };
  const whole = high * Math.sqrt(missing / Math.max(missing, total));
  const latePx = late === 0 ? 0 : Math.max(LEAST_PX, (whole * late) / missing);
  const silentPx = silent === 0 ? 0 : Math.max(LEAST_PX, whole - latePx);
  // Both in their place: the larger gives way.
  const over = Math.max(0, latePx + silentPx - high);
  return latePx > silentPx ? { late: latePx - over, silent: silentPx } : { late: latePx, silent: silentPx - over };
}
