// What an extraction says at its end.
import type { QueryOutcome } from './extractor.ts';
import type { LeftOut } from './series-cleaner.ts';

/** A line for each query. */
export function outcomeLines(outcomes: readonly QueryOutcome[]): string[] {
  return outcomes.map(({ name, tally, error }) => {
    const left = Object.entries(tally.leftOut).map(([reason, count]) => `${count} ${reason}`);
    const { replaced = 0, overwritten = 0, setAside = [], open = 0 } = tally.outcome ?? {};
    const aside = setAside.reduce((sum, { rows }) => sum + rows, 0);
    const parts = [
      tally.outcome === undefined || open > 0
        ? `${name}: ${counted(tally.rows, 'row')} accepted in ${counted(tally.windows, 'window')}${open > 0 ? ', not all of them in the ledger yet' : ''}`
        : `${name}: ${counted(tally.rows - aside - replaced, 'row')} stored in ${counted(tally.windows, 'window')}`,
      ...setAside.map(({ reason, rows, detail }) => `${rows} rows set aside as ${reason}: ${detail}`),
      ...(replaced > 0 ? [`${replaced} rows replaced by others of the same time, node and tags`] : []),
      ...(overwritten > 0 ? [`${overwritten} rows that were stored before had other values and were replaced`] : []),
      ...(tally.refused > 0 ? [`${tally.refused} rows refused by the gateway`] : []),
      ...(tally.pointsSkipped > 0 ? [`${tally.pointsSkipped} points that Prometheus could not compute`] : []),
      ...(left.length > 0 ? [`left out: ${left.join(', ')}`] : []),
      ...(error === undefined ? [] : [`ended early: ${error.message}`]),
    ];
    return parts.join('; ');
  });
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** What no one loses: a point whose value is no number of the store, NaN or infinite, and a metric that the configuration does not name. */
const NOT_LOST: readonly string[] = ['absent', 'infinite', 'metric_not_allowed'] satisfies LeftOut[];

/** 0: all is stored · 1: something was refused, replaced, left out or ended early · 69: because an end could not be reached, or the ledger did not have all in time. */
export function outcomeCode(outcomes: readonly QueryOutcome[], stoppedEarly: boolean): number {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  if (errors.some((error) => error.retryable)) return 69;
  const unknown = outcomes.some(({ tally }) => (tally.outcome?.open ?? 0) > 0);
  const refused = outcomes.some(({ tally }) => tally.refused > 0 || tally.pointsSkipped > 0);
  const leftOut = outcomes.some(({ tally }) => Object.keys(tally.leftOut).some((reason) => !NOT_LOST.includes(reason)));
  const lost = outcomes.some(
    ({ tally: { outcome } }) => outcome !== undefined && outcome.replaced + outcome.overwritten + outcome.setAside.length > 0,
  );
  if (errors.length > 0 || refused || lost || leftOut || stoppedEarly) return 1;
  return unknown ? 69 : 0;
}
