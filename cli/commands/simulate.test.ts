import { expect, test } from 'vitest';
import { rejoinWords, runThenEnd } from './simulate.ts';

test('a simulation that did not begin ends nothing, as the machines of its names are of another that runs', async () => {
  let ends = 0;
  const end = async (): Promise<void> => void ends++;
  expect(await runThenEnd(async () => 2, end)).toBe(2);
  await expect(runThenEnd(() => Promise.reject(new Error('no such program')), end)).rejects.toThrow('no such program');
  expect(ends).toBe(0);
  for (const code of [0, 1, 130]) expect(await runThenEnd(async () => code, end)).toBe(code);
  expect(ends).toBe(3);
});

test('says how many machines join again', () => {
  expect(rejoinWords(1)).toBe('1 simulated machine was removed from the fleet meanwhile and joins again');
  expect(rejoinWords(3)).toBe('3 simulated machines were removed from the fleet meanwhile and join again');
});
