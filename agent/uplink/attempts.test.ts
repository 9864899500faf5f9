import { expect, test } from 'vitest';
import { Attempts } from './attempts.ts';

test('what goes again is a retry, in each epoch by itself', () => {
  const attempts = new Attempts();
  for (const seq of [1, 2, 3]) attempts.sent({ epoch: 'a', seq });
  expect(attempts.retries).toBe(0);
  attempts.sent({ epoch: 'b', seq: 1 });
  expect(attempts.retries).toBe(0);
  attempts.sent({ epoch: 'a', seq: 3 });
  attempts.sent({ epoch: 'a', seq: 2 });
  expect(attempts.retries).toBe(2);
  attempts.sent({ epoch: 'a', seq: 4 });
  expect(attempts.retries).toBe(2);
});

test('sixteen epochs are remembered, those that were used last', () => {
  const attempts = new Attempts();
  for (let epoch = 0; epoch < 16; epoch++) attempts.sent({ epoch: `${epoch}`, seq: 5 });
  attempts.sent({ epoch: '0', seq: 6 });
  attempts.sent({ epoch: '16', seq: 5 });
  attempts.sent({ epoch: '0', seq: 6 });
  expect(attempts.retries).toBe(1);
  attempts.sent({ epoch: '2', seq: 5 });
  expect(attempts.retries).toBe(2);
  attempts.sent({ epoch: '1', seq: 5 });
  expect(attempts.retries).toBe(2);
});

test('a failure is counted for what was in flight, and forgotten for what was not', () => {
  const attempts = new Attempts();
  const [one, two] = [
    { epoch: 'a', seq: 1 },
    { epoch: 'b', seq: 1 },
  ];
  expect(attempts.of(one)).toBeUndefined();
  attempts.failed([one, two], 'away');
  attempts.failed([one], 'still away');
  expect([attempts.of(one), attempts.of(two)]).toEqual([{ attempts: 2, lastError: 'still away' }, undefined]);
});
