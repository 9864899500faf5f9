// What an extraction says at its end.
import type { QueryOutcome } from './extractor.ts';
import type { LeftOut } from './series-cleaner.ts';

/** A line for each query. */
export function outcomeLines(outcomes: readonly QueryOutcome[]): string[] {
  return outcomes.map(({ name, tally, error }) => {
    const left = Object.entries(tally.leftOut).map(([reason, count]) => `${count} ${reason}`);
    const parts = [
      `${name}: ${tally.rows} rows stored in ${tally.windows} windows`,
      ...(tally.refused > 0 ? [`${tally.refused} rows refused by the gateway`] : []),
      ...(tally.pointsSkipped > 0 ? [`${tally.pointsSkipped} points that Prometheus could not compute`] : []),
      ...(left.length > 0 ? [`left out: ${left.join(', ')}`] : []),
      ...(error === undefined ? [] : [`ended early: ${error.message}`]),
    ];
    return parts.join('; ');
  });
}

/** What no one loses: a point that has no value, and a metric that the configuration does not name. */
const NOT_LOST: readonly string[] = ['absent', 'metric_not_allowed'] satisfies LeftOut[];

/** 0: all is stored · 1: something was refused, replaced, left out or ended early · 69: because an end could not be reached. */
export function outcomeCode(outcomes: readonly QueryOutcome[], stoppedEarly: boolean): number {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.some((error) => error.retryable)) return 69;
  const refused = outcomes.some(({ tally }) => tally.refused > 0 || tally.pointsSkipped > 0);
  const leftOut = outcomes.some(({ tally }) => Object.keys(tally.leftOut).some((reason) => !NOT_LOST.includes(reason)));
  return errors.length > 0 || refused || leftOut || stoppedEarly ? 1 : 0;
}
