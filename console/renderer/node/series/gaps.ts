// Where a series pauses. One rule for the lines of charts and for the silences that are told: a hole counts by what its own part of the answer
// stands for, and by how the samples around it follow each other, for a node may have sampled more seldom once.

/** A hole wider than so many steps is a gap. */
export const GAP_STEPS = 2.5;
/** Looks at so many samples to each side. */
const AROUND = 3;

/** Whether there is a gap before the sample `at` of the rising `times`; a point stands for `stepSeconds`. */
export function isGap(times: ArrayLike<number>, at: number, stepSeconds: number, steps = GAP_STEPS): boolean {
  const hole = times[at]! - times[at - 1]!;
  if (hole <= steps * stepSeconds) return false;
  return hole > steps * Math.max(usualSpacing(times, at - AROUND, at), usualSpacing(times, at + 1, at + 1 + AROUND));
}

/** The median distance of the samples `from` to before `to` from the ones before them; 0 where they are too few to tell. */
function usualSpacing(times: ArrayLike<number>, from: number, to: number): number {
  const spacings: number[] = [];
  for (let at = Math.max(1, from); at < Math.min(to, times.length); at++) spacings.push(times[at]! - times[at - 1]!);
  return spacings.length < AROUND ? 0 : (spacings.sort((a, b) => a - b)[Math.floor(spacings.length / 2)] as number);
}
