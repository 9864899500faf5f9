import { expect, test } from 'vitest';
import { looksThrough } from './spool-database.ts';

test('a start looks through a small file and not through a large one, where a page was found damaged it does', () => {
  const [small, large] = [1024 ** 2, 10 * 1024 ** 3];
  expect([looksThrough(small, 'small'), looksThrough(large, 'small'), looksThrough(large, 'all'), looksThrough(small, 'none')]).toEqual([
    ...[true, false, true, false],
  ]);
});
