import { expect, test } from 'vitest';
import { isNewer } from '../../core/common/version-order.ts';
import { parseFeed } from './update-feed.ts';

const FEED = 'https://muster.example/console.json';

test('a feed names a version and a page on its own site', () => {
  expect(parseFeed(FEED, '{"version":"1.2.3","url":"https://muster.example/get?v=1.2.3"}')).toEqual({
    version: '1.2.3',
    url: 'https://muster.example/get?v=1.2.3',
  });
});

test.each([
  ['<html>', /holds no JSON/],
  ['null', /must name version/],
  ['{"version":"latest","url":"https://muster.example/"}', /must name version/],
  ['{"version":"1.2.3","url":"https://evil.example/"}', /another site/],
  ['{"version":"1.2.3","url":"http://muster.example/"}', /another site/],
  ['{"version":"1.2.3","url":"file:///bin/sh"}', /another site/],
  ['{"version":"1.2.3","url":"https://muster.example@evil.example/"}', /another site/],
  ['{"version":"1.2.3","url":"nonsense"}', /another site/],
])('%s is refused', (text, words) => {
  expect(() => parseFeed(FEED, text)).toThrow(words);
});

test('newer is by number', () => {
  expect(isNewer('0.10.0', '0.9.9')).toBe(true);
  expect(isNewer('1.0.0', '1.0.0')).toBe(false);
  expect(isNewer('0.9.9', '1.0.0')).toBe(false);
});
