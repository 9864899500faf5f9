import { expect, test } from 'vitest';
import { markAddress } from './favicon.ts';

test('a tab in the background tells how many nodes need a look, and when nobody knows', () => {
  const svg = (address = ''): string => decodeURIComponent(address.replace('data:image/svg+xml,', ''));
  expect(markAddress('well', 0)).toBeUndefined();
  expect(svg(markAddress('silent', 5))).toMatch(/>5<\/text>/);
  expect(svg(markAddress('late', 250))).toMatch(/>99\+<\/text>/);
  expect(svg(markAddress('unknown', 0))).toMatch(/>\?<\/text>/);
});
