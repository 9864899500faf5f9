import { expect, it } from 'vitest';
import { parseSamples } from '../../core/common/push-sample.ts';
import { countReplaced } from './same-key.ts';

const NOW_US = 1_780_000_000_000_000;
const WINDOW = { oldestUs: NOW_US - 1e9, newestUs: NOW_US + 1e9 };
const parsed = (...samples: object[]) =>
  parseSamples(
    samples.map((sample) => ({ node_id: 'n', ...sample })),
    NOW_US,
    WINDOW,
  ).samples;

it('gives samples without a time times of their own, in their order', () => {
  expect(parsed({ v: 0 }, { v: 1, time: NOW_US }, { v: 2 }).map(({ timeUs }) => timeUs - NOW_US)).toEqual([0, 0, 2]);
});

it.each([
  [
    'other fields',
    [
      { a: 1, time: NOW_US },
      { b: 2, time: NOW_US },
    ],
    0,
  ],
  [
    'the same values',
    [
      { a: 1, time: NOW_US },
      { a: 1, time: NOW_US },
    ],
    0,
  ],
  [
    'another value',
    [
      { a: 1, time: NOW_US },
      { a: 2, time: NOW_US },
      { a: 3, time: NOW_US },
    ],
    2,
  ],
  [
    'another value of another series',
    [
      { a: 1, time: NOW_US, tags: { x: '1' } },
      { a: 2, time: NOW_US, tags: { x: '2' } },
    ],
    0,
  ],
  [
    'tags in another order',
    [
      { a: 1, time: NOW_US, tags: { x: '1', y: '2' } },
      { a: 2, time: NOW_US, tags: { y: '2', x: '1' } },
    ],
    1,
  ],
  ['no time', [{ a: 1 }, { a: 2 }], 0],
] as const)('counts samples that a later one with %s replaces', (_, samples, replaced) => {
  expect(countReplaced(parsed(...samples))).toBe(replaced);
});
