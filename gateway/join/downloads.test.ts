import { expect, test } from 'vitest';
import { Downloads } from './downloads.ts';

test('one address gets sixteen downloads at once, all together sixty-four; each that ends gives its place back once', () => {
  const downloads = new Downloads();
  const own = Array.from({ length: 16 }, () => downloads.begin('10.0.0.1'));
  expect(() => downloads.begin('::ffff:10.0.0.1')).toThrow('16 downloads to 10.0.0.1 are under way: try again in a moment');
  own[0]?.();
  own[0]?.();
  downloads.begin('10.0.0.1');
  for (let i = 2; i < 50; i++) downloads.begin(`10.0.0.${i}`);
  expect(() => downloads.begin('10.0.1.1')).toThrow('64 downloads are under way');
});
