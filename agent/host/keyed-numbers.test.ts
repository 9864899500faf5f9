import { expect, test } from 'vitest';
import { KeyedNumbers } from './keyed-numbers.ts';

test('finds numbers where they stood, where they moved to, and none where there is none', () => {
  const numbers = new KeyedNumbers(['a ', 'b: ', 'c ']);
  const read = (text: string): number[] => {
    const values = new Float64Array(3);
    numbers.read(Buffer.from(text), values);
    return [...values];
  };
  expect(read('a 1\nb: 2\nc 3\n')).toEqual([1, 2, 3]);
  expect(read('a 4\nb: 5\nc 6\n')).toEqual([4, 5, 6]);
  expect(read('aa 9\na 100\nnew 7\nb: 20\nc 3\n')).toEqual([100, 20, 3]);
  expect(read('c 1\na 2\n')).toEqual([2, Number.NaN, 1]);
  expect(read('')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(read('xc 1\nb: 5\nc 6')).toEqual([Number.NaN, 5, 6]);
});
