import { expect, test } from 'vitest';
import { visible } from './visible-text.ts';

test('what cannot be seen is named, and long text ends', () => {
  expect(visible('a\nb\u0000c\td', 100)).toBe('a␊b␀c␉d');
  expect(visible('abc\u202edef\u200b', 100)).toBe('abc<U+202E>def<U+200B>');
  expect(visible('<img src=x onerror=alert(1)>', 100)).toBe('<img src=x onerror=alert(1)>');
  expect(visible('é😀', 100)).toBe('é😀');
});

test('ten megabytes in a cell cost no more than a line', () => {
  const began = performance.now();
  expect(visible('\u0007'.repeat(10 * 1024 * 1024), 200)).toBe(`${'␇'.repeat(200)}…`);
  expect(performance.now() - began).toBeLessThan(50);
});
