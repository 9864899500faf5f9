import { expect, test } from 'vitest';
import { checkRows, wholeBecause } from './whole-answer.ts';

test.each([
  ['select * from cpu', 0, undefined],
  ['select * from cpu order by busy', 0, 'its ORDER BY would not be kept'],
  ['select * from cpu limit -5', 0, 'its LIMIT would not be kept'],
  ['select * from cpu where timestamp > today()', 0, 'its today() would not be kept'],
  ["select * from cpu where timestamp in '$now-1d..$now'", 0, "its '$now-1d..$now' would not be kept"],
  ['select * from cpu', 1, 'rows without a time are in no window of time'],
] as const)('%s with %i rows without a time', (sql, untimed, words) => {
  const because = wholeBecause(sql, untimed);
  if (words === undefined) expect(because).toBeUndefined();
  else expect(because).toContain(words);
});

test('fewer rows than there were are told, more are well', () => {
  checkRows(5, 5);
  checkRows(6, 5);
  expect(() => checkRows(4, 5)).toThrow('the answer had 5 rows and then only 4: what it asks for changed');
});
