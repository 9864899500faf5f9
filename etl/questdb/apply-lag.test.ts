import { expect, it } from 'vitest';
import { ApplyLag } from './apply-lag.ts';

const LIMITS = { transactions: 100, rows: 1000 };

async function isOpen(lag: ApplyLag): Promise<boolean> {
  return Promise.race([lag.room().then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

it.each([
  ['transactions of one table', [{ table: 'cpu', transactions: 101 }], 0],
  ['rows of all', [{ table: 'cpu', transactions: 1 }], 1001],
])('takes no more beyond the limit of %s, until half of it is applied', async (_, lags, rows) => {
  const lag = new ApplyLag(LIMITS);
  expect(await isOpen(lag)).toBe(true);
  lag.note([{ table: 'memory', transactions: 100 }], 1000);
  expect([await isOpen(lag), lag.problem]).toEqual([true, '']);
  lag.note(lags, rows);
  expect(await isOpen(lag)).toBe(false);
  expect(lag.problem).toContain('transactions of cpu');
  lag.note([{ table: 'cpu', transactions: 51 }], 501);
  expect(await isOpen(lag)).toBe(false);
  lag.note([{ table: 'cpu', transactions: 50 }], 500);
  expect([await isOpen(lag), lag.problem]).toEqual([true, '']);
});

it('lets everybody through at a stop', async () => {
  const lag = new ApplyLag(LIMITS);
  lag.note([], 5000);
  const waiting = lag.room();
  lag.release();
  await waiting;
});
