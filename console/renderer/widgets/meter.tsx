// A share of a whole as a short bar: one element, whose border is the filled part.
import type { LimitMark } from './limits.ts';

/** As wide as the style sheet has it. */
const WIDTH_PX = 34;

/** How wide the filled part is. */
export function meterBorderPx(percent: number): number {
  return (WIDTH_PX * Math.min(100, percent)) / 100;
}

export function Meter({ percent, mark }: { percent: number; mark: LimitMark }) {
  return <i className={`meter ${mark}`} style={{ borderLeftWidth: meterBorderPx(percent) }} />;
}
