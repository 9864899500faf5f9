import { expect, it } from 'vitest';
import { runChecks } from './smoke-check.ts';

it('runs all checks in turn, whatever becomes of each', async () => {
  const seen: string[] = [];
  const outcomes = await runChecks(
    [
      { name: 'good', run: async () => 'fine' },
      { name: 'bad', run: () => Promise.reject(new Error('it is away')) },
      { name: 'hangs', run: () => new Promise(() => undefined) },
      { name: 'last', run: async () => 'fine too' },
    ],
    ({ check }) => seen.push(check),
    50,
  );
  expect(outcomes.map(({ check, ok, detail }) => [check, ok, detail])).toEqual([
    ['good', true, 'fine'],
    ['bad', false, 'it is away'],
    ['hangs', false, 'no answer within 0.05 s'],
    ['last', true, 'fine too'],
  ]);
  expect(seen).toEqual(['good', 'bad', 'hangs', 'last']);
});
