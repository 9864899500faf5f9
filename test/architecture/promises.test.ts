// A rejection that nobody hears of ends the process, so no promise is let go without its own catch.
import { expect, test } from 'vitest';
import { floatingPromises } from './floating-promises.ts';

test('every promise is awaited, has its own catch, or comes from what never rejects', () => {
  expect(
    floatingPromises().map(
      (fault) => `${fault} … : await it, end it in .catch(…), or put the whole of the function it calls in a try with a catch.`,
    ),
  ).toEqual([]);
});
