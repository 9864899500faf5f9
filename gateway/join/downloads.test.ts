import { expect, test } from 'vitest';
import { Downloads } from './downloads.ts';

test('one address gets four downloads at once, all together sixteen; each that ends gives its place back once', () => {
  const downloads = new Downloads();
  const own = Array.from({ length: 4 }, () => downloads.begin('10.0.0.1'));
  expect(() => downloads.begin('::ffff:10.0.0.1')).toThrow('4 downloads to 10.0.0.1 are under way: try again in a moment');
  own[0]?.();
  own[0]?.();
  downloads.begin('10.0.0.1');
  for (let i = 2; i < 14; i++) downloads.begin(`10.0.0.${i}`);
  expect(() => downloads.begin('10.0.1.1')).toThrow('16 downloads are under way');
});
