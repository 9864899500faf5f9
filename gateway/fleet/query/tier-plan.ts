// Which tier answers a range: pure choice, from what the store has of a measurement. The reading is tier-series.ts.
import { ROLL_UP_US, ROLL_UPS, type Tier } from '../../../core/common/tier-names.ts';

/** One table or view that holds a measurement, with the times of its oldest and newest row (a bucket's begin). Unix µs. */
export interface TierSource {
  name: string;
  tier: Tier;
  /** 1 for the table itself. */
  generation: number;
  minUs: number;
  maxUs: number;
}

/** Rows of one source from `fromUs` (inclusive) to `toUs` (exclusive), both on the step. */
export interface TierPiece {
  source: string;
  tier: Tier;
  fromUs: number;
  toUs: number;
}

export interface TierPlan {
  /** The coarsest that is used. */
  tier: Tier;
  stepUs: number;
  /** In the order of time, without gap or overlap. */
  pieces: TierPiece[];
}

export interface TierWish {
  fromUs: number;
  toUs: number;
  /** Points of each series at most. */
  maxPoints: number;
  /** This step rather than the finest that keeps to `maxPoints`. */
  stepUs?: number;
}

const SECOND_US = 1_000_000;
const DAY_S = 86_400;
/** Steps that people read, seconds. Each is a multiple of the tiers that are finer. */
const STEPS_S = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  10_800,
  21_600,
  43_200,
  DAY_S,
  2 * DAY_S,
  5 * DAY_S,
  10 * DAY_S,
];

/** A point a second or fewer needs the rows themselves; from a step of a minute or an hour on, the roll-up of it has the same to say. */
export function planTiers(wish: TierWish, sources: readonly TierSource[]): TierPlan {
  const wanted = wish.stepUs ?? stepFor(wish);
  const stepUs = wish.stepUs ?? Math.max(wanted, leastStepUs(wish.fromUs, sources));
  const fromUs = Math.floor(wish.fromUs / stepUs) * stepUs;
  const toUs = Math.ceil(wish.toUs / stepUs) * stepUs;
  const tiers: Tier[] = [...ROLL_UPS.filter((tier) => stepUs % ROLL_UP_US[tier] === 0).reverse(), 'raw'];
  const pieces = cover({ fromUs, toUs }, stepUs, tiers, sources);
  const coarsest = ROLL_UPS.findLast((tier) => pieces.some((piece) => piece.tier === tier));
  return { tier: coarsest ?? 'raw', stepUs, pieces };
}

/** The finest step of the list that keeps to the points; beyond the list, whole days. */
function stepFor({ fromUs, toUs, maxPoints }: TierWish): number {
  const leastS = (toUs - fromUs) / SECOND_US / maxPoints;
  const step = STEPS_S.find((seconds) => seconds >= leastS) ?? Math.ceil(leastS / DAY_S) * DAY_S;
  return step * SECOND_US;
}

/** A range that begins before a finer tier does is answered in the step of the first tier that goes back further. */
function leastStepUs(fromUs: number, sources: readonly TierSource[]): number {
  const oldest = (tier: Tier): number =>
    Math.min(Number.POSITIVE_INFINITY, ...sources.filter((each) => each.tier === tier).map((each) => each.minUs));
  let leastUs = 0;
  let beginsUs = oldest('raw');
  for (const tier of ROLL_UPS) {
    // A bucket begins up to its length before the row that is in it: only what goes back further than that is more.
    if (fromUs >= beginsUs || oldest(tier) > beginsUs - ROLL_UP_US[tier]) continue;
    leastUs = ROLL_UP_US[tier];
    beginsUs = oldest(tier);
  }
  return leastUs;
}

interface Range {
  fromUs: number;
  toUs: number;
}

/**
 * The coarsest tier as far as it goes, and the finer ones before and after it: its newest bucket is still in work. Tiers that the step is no multiple
 * of are left out by the caller.
 */
function cover(range: Range, stepUs: number, tiers: readonly Tier[], sources: readonly TierSource[]): TierPiece[] {
  const [tier, ...finer] = tiers;
  if (tier === undefined || range.toUs <= range.fromUs) return [];
  const pieces: TierPiece[] = [];
  let atUs = range.fromUs;
  for (const span of spans(tier, stepUs, sources)) {
    const fromUs = Math.max(atUs, span.fromUs);
    const toUs = Math.min(range.toUs, span.toUs);
    if (toUs <= fromUs) continue;
    pieces.push(...cover({ fromUs: atUs, toUs: fromUs }, stepUs, finer, sources), { source: span.source, tier, fromUs, toUs });
    atUs = toUs;
  }
  return [...pieces, ...cover({ fromUs: atUs, toUs: range.toUs }, stepUs, finer, sources)];
}

/** What the sources of a tier answer for, on the step. An earlier generation has no word where a later one has begun. */
function spans(tier: Tier, stepUs: number, sources: readonly TierSource[]): (Range & { source: string })[] {
  const up = (us: number): number => Math.ceil(us / stepUs) * stepUs;
  const down = (us: number): number => Math.floor(us / stepUs) * stepUs;
  const found = sources.filter((source) => source.tier === tier).sort((a, b) => a.generation - b.generation);
  return found.map(({ name, minUs, maxUs }, i) => {
    const next = found[i + 1];
    const toUs = tier === 'raw' ? Number.POSITIVE_INFINITY : next === undefined ? down(maxUs) : Math.min(up(next.minUs), up(maxUs + 1));
    return { source: name, fromUs: down(minUs), toUs };
  });
}
