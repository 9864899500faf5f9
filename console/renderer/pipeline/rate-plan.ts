// How the rate of rows is asked for: over the part of the stretch in which there was a fleet, in steps of its own length. Pure.
import { type Bounds, sampleBy, sampleStepSeconds } from '../state/time-range.ts';

const LEAST_STEP_MS = 10_000;
/** How many times coarser than other charts. */
const COARSER = 4;
/** What was collected so long ago is in the ledger. */
const ARRIVAL_MS = 5000;

/** When the ledger's first row of the stretch was collected; before it there was no fleet. */
export function firstSql({ fromMs, toMs }: Bounds): string {
  return `SELECT min(timestamp) AS first FROM deliveries WHERE ${within(fromMs, toMs)}`;
}

/** Rows a second, a row a step. The newest step is left out until it is over: what arrives late still adds to it. */
export function ratesSql({ fromMs, toMs }: Bounds, firstMs: number, nowMs: number): string {
  const step = sampleStepSeconds((toMs - Math.max(fromMs, firstMs)) * COARSER, LEAST_STEP_MS);
  const stepMs = step * 1000;
  const endMs = Math.min(toMs, Math.floor((nowMs - ARRIVAL_MS) / stepMs) * stepMs);
  return `SELECT timestamp, sum(rows) / ${step}.0 AS rows FROM deliveries WHERE ${within(fromMs, endMs)} SAMPLE BY ${sampleBy(step)} FILL(0)`;
}

function within(fromMs: number, toMs: number): string {
  return `timestamp >= '${new Date(fromMs).toISOString()}' AND timestamp < '${new Date(toMs).toISOString()}'`;
}
