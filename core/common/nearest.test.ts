import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['gatway', 'gateway'],
  ['GATEWAY', 'gateway'],
  ['metrcis', 'metrics'],
  ['zzzzzz', undefined],
])('%j is taken for %j', (word, expected) => {
  expect(nearest(word, ['gateway', 'metrics', 'cpu'])).toBe(expected);
});

/** The whole table for each candidate, without any limit. */
function byDefinition(word: string, valid: readonly string[]): string | undefined {
  const distance = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length;
    const table = Array.from({ length: a.length + 1 }, (_, i) =>
      Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
    );
    for (let i = 1; i <= a.length; i++)
      for (let j = 1; j <= b.length; j++)
        (table[i] as number[])[j] = Math.min(
          (table[i - 1]?.[j] as number) + 1,
          (table[i]?.[j - 1] as number) + 1,
          (table[i - 1]?.[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        );
    return table[a.length]?.[b.length] as number;
  };
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of valid) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

test('is what the definition says', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 10 });
  fc.assert(fc.property(words, fc.array(words, { maxLength: 5 }), (word, valid) => nearest(word, valid) === byDefinition(word, valid)));
});

test('a word of 100,000 characters is near to nothing, at once', () => {
  const tookMs = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    expect(nearest('a'.repeat(100_000), Array(500).fill('a'.repeat(60)))).toBeUndefined();
    return performance.now() - startMs;
  });
  // The least: the clock goes on beside other work.
  expect(Math.min(...tookMs)).toBeLessThan(50);
});
