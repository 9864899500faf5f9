import { expect, it } from 'vitest';
import { ageProblems } from './stream-age.ts';

const HOUR = 3_600_000;
const NOW = 1_790_000_000_000;

it.each([
  [0, 72, []],
  [47, 72, []],
  [
    49,
    72,
    [
      'the oldest sample that is not stored has waited 49 h: in 23 h the stream begins to drop acknowledged samples, see that the ETL and the database run',
    ],
  ],
  [500, 0, []],
])('%d h old of %d h', (age, max, problems) => expect(ageProblems(NOW - age * HOUR, NOW, max * HOUR)).toEqual(problems));

it('leaves no negative time', () => expect(ageProblems(NOW - 80 * HOUR, NOW, 72 * HOUR)[0]).toContain('in 0 h'));

it('says nothing where nothing waits', () => expect(ageProblems(0, NOW, 72 * HOUR)).toEqual([]));
