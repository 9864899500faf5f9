import { expect, it } from 'vitest';
import { outcomeCode } from './outcome-lines.ts';
import type { QueryTally } from './query-run.ts';

const outcome = (tally: Partial<QueryTally>) => ({
  name: 'q',
  tally: { windows: 1, rows: 8, refused: 0, pointsSkipped: 0, leftOut: {}, ...tally },
  error: undefined,
});

it.each([
  [{}, 0],
  [{ leftOut: { absent: 3, infinite: 2, metric_not_allowed: 1 } }, 0],
  [{ leftOut: { duplicate: 8 } }, 1],
  [{ leftOut: { histogram: 2 } }, 1],
  [{ leftOut: { bad_name: 1 } }, 1],
  [{ refused: 1 }, 1],
  [{ outcome: { replaced: 0, overwritten: 0, setAside: [], open: 1 } }, 69],
  [{ outcome: { replaced: 0, overwritten: 0, setAside: [], open: 0 } }, 0],
  [{ outcome: { replaced: 0, overwritten: 0, setAside: [{ reason: 'type_changed', rows: 1, detail: 'd' }], open: 0 } }, 1],
] as [Partial<QueryTally>, number][])('ends %j with %i', (tally, code) => {
  expect(outcomeCode([outcome(tally)], false)).toBe(code);
});
