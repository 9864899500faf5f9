import { expect, test } from 'vitest';
import { visible } from './visible-text.ts';

test('what cannot be seen is named, and long text ends', () => {
  expect(visible('a\nb\u0000c\td', 100)).toBe('a␊b␀c␉d');
  expect(visible('abc\u202edef\u200b', 100)).toBe('abc<U+202E>def<U+200B>');
  expect(visible('<img src=x onerror=alert(1)>', 100)).toBe('<img src=x onerror=alert(1)>');
  expect(visible('é😀', 100)).toBe('é😀');
});

test('ten megabytes in a cell cost no more than a line', () => {
  const cell = '\u0007'.repeat(10 * 1024 * 1024);
  // Writing all of it out, as a careless version did, takes minutes for these.
  for (let row = 0; row < 1000; row++) expect(visible(cell, 200)).toHaveLength(201);
  expect(visible(cell, 200)).toBe(`${'␇'.repeat(200)}…`);
});
