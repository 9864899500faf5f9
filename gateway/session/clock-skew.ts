// How far the clock of an agent is off, as one of its messages shows.
import { MAX_SKEW_US } from '../../core/common/row-time.ts';

export interface ClockSkew {
  /** Receive time minus send time, as far as a number can say it. */
  skewUs: number;
  /** Empty, or what is wrong with the clock. */
  problem: string;
}

/** `sentUs` is 0 where the message has no time: then nothing is known of the clock, and the answer is undefined. */
export function skewOf(sentUs: number, nowMs: number): ClockSkew | undefined {
  if (sentUs === 0) return undefined;
  const skewUs = nowMs * 1000 - sentUs;
  const bounded = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, skewUs));
  if (Math.abs(skewUs) <= MAX_SKEW_US) return { skewUs: bounded, problem: '' };
  const hours = Math.round(Math.abs(skewUs) / 3_600_000_000);
  return {
    skewUs: bounded,
    problem: `its clock is ${hours} h ${skewUs > 0 ? 'behind' : 'ahead'}: its samples are set aside until it is right`,
  };
}
