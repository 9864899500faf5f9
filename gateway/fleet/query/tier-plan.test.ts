import { describe, expect, it } from 'vitest';
import { planTiers, type TierSource } from './tier-plan.ts';

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 20_000 * DAY + 7 * HOUR + 12.5 * MINUTE;

/** A store that has run for two years: raw 30 days, minutes 180, hours all. */
const STORE: TierSource[] = [
  { name: 'cpu', tier: 'raw', generation: 1, minUs: NOW - 30 * DAY, maxUs: NOW },
  { name: 'cpu_1m', tier: '1m', generation: 1, minUs: 20_000 * DAY - 180 * DAY, maxUs: 20_000 * DAY + 7 * HOUR + 11 * MINUTE },
  { name: 'cpu_1h', tier: '1h', generation: 1, minUs: 20_000 * DAY - 730 * DAY, maxUs: 20_000 * DAY + 7 * HOUR },
];
const last = (us: number, maxPoints = 500, sources = STORE) => planTiers({ fromUs: NOW - us, toUs: NOW, maxPoints }, sources);

describe('planTiers', () => {
  it('takes the tier that has as much to say as the points can show', () => {
    expect(last(5 * MINUTE)).toMatchObject({ tier: 'raw', stepUs: SECOND });
    expect(last(HOUR)).toMatchObject({ tier: 'raw', stepUs: 10 * SECOND });
    expect(last(DAY)).toMatchObject({ tier: '1m', stepUs: 5 * MINUTE });
    expect(last(30 * DAY)).toMatchObject({ tier: '1h', stepUs: 2 * HOUR });
    expect(last(30 * DAY, 1500)).toMatchObject({ tier: '1m', stepUs: 30 * MINUTE });
    expect(last(700 * DAY)).toMatchObject({ tier: '1h', stepUs: 2 * DAY });
  });

  it('goes on in finer tiers where the newest bucket is still in work', () => {
    expect(last(30 * DAY).pieces.map(({ source, tier }) => [source, tier])).toEqual([
      ['cpu_1h', '1h'],
      ['cpu', 'raw'],
    ]);
    const { pieces, stepUs } = last(2 * DAY);
    expect(stepUs).toBe(5 * MINUTE * 2);
    expect(pieces).toEqual([
      { source: 'cpu_1m', tier: '1m', fromUs: Math.floor((NOW - 2 * DAY) / stepUs) * stepUs, toUs: 20_000 * DAY + 7 * HOUR + 10 * MINUTE },
      { source: 'cpu', tier: 'raw', fromUs: 20_000 * DAY + 7 * HOUR + 10 * MINUTE, toUs: 20_000 * DAY + 7 * HOUR + 20 * MINUTE },
    ]);
  });

  it('answers a short range of long ago in the step of the tier that still has it', () => {
    const ago = (days: number) => planTiers({ fromUs: NOW - days * DAY, toUs: NOW - days * DAY + 10 * MINUTE, maxPoints: 500 }, STORE);
    expect(ago(20)).toMatchObject({ tier: 'raw', stepUs: 2 * SECOND });
    expect(ago(40)).toMatchObject({ tier: '1m', stepUs: MINUTE });
    expect(ago(400)).toMatchObject({ tier: '1h', stepUs: HOUR });
  });

  it('does not coarsen for a store that is younger than the range, nor without roll-ups', () => {
    const fresh = STORE.map((source) => ({ ...source, minUs: source.tier === '1h' ? Math.floor((NOW - HOUR) / HOUR) * HOUR : NOW - HOUR }));
    expect(planTiers({ fromUs: NOW - 80 * MINUTE, toUs: NOW, maxPoints: 500 }, fresh)).toMatchObject({ tier: 'raw', stepUs: 10 * SECOND });
    expect(last(400 * DAY, 500, STORE.slice(0, 1))).toMatchObject({ tier: 'raw', stepUs: DAY });
  });

  it('joins generations of a view where the later one begins', () => {
    const later: TierSource = { name: 'cpu_1m_2', tier: '1m', generation: 2, minUs: 20_000 * DAY - 10 * DAY, maxUs: 20_000 * DAY };
    const earlier = { ...(STORE[1] as TierSource), maxUs: 20_000 * DAY - 2 * DAY };
    const sources = [STORE[0] as TierSource, earlier, later];
    const { pieces } = planTiers({ fromUs: NOW - 60 * DAY, toUs: NOW, maxPoints: 2000 }, sources);
    expect(pieces.map(({ source }) => source)).toEqual(['cpu_1m', 'cpu_1m_2', 'cpu']);
    for (const [i, piece] of pieces.slice(1).entries()) expect(piece.fromUs).toBe(pieces[i]?.toUs);
  });

  it('keeps to a step that is asked for', () => {
    expect(planTiers({ fromUs: NOW - DAY, toUs: NOW, maxPoints: 0, stepUs: 90 * SECOND }, STORE)).toMatchObject({
      tier: 'raw',
      stepUs: 90 * SECOND,
    });
    expect(planTiers({ fromUs: NOW - DAY, toUs: NOW, maxPoints: 0, stepUs: 15 * MINUTE }, STORE)).toMatchObject({ tier: '1m' });
  });
});
