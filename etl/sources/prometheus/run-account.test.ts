import { expect, it } from 'vitest';
import type { LedgerAccount } from '../../../core/common/row-account.ts';
import { RunAccount } from './run-account.ts';

const EPOCH = new Uint8Array(16);
const ledger = (batches: number, more: Partial<LedgerAccount> = {}): LedgerAccount => ({
  ...{ batches, rows: 10 * batches, badRows: 0, mergedRows: 0, metRows: 0, replacedRows: 0, overwrittenRows: 0, setAside: [] },
  ...more,
});

it('tells what this run added, once the ledger has its batches', async () => {
  const aside = (rows: number) => [{ reason: 'type_changed', rows, detail: 'up.value is VARCHAR' }];
  const answers = [ledger(3, { setAside: aside(2), overwrittenRows: 1 }), ledger(4), ledger(5, { setAside: aside(9), overwrittenRows: 1 })];
  const account = new RunAccount(async () => answers.shift() as LedgerAccount);
  await account.begin(EPOCH);
  await account.begin(EPOCH);
  account.sent(EPOCH, 5);
  expect(await account.settle(5000)).toEqual({
    ...{ replaced: 0, overwritten: 0, open: 0 },
    setAside: [{ reason: 'type_changed', rows: 7, detail: 'up.value is VARCHAR' }],
  });
});

it('says how much is not known where the ledger is behind or cannot be asked', async () => {
  const behind = new RunAccount(async () => ledger(0));
  await behind.begin(EPOCH);
  behind.sent(EPOCH, 1);
  expect((await behind.settle(0)).open).toBe(1);
  const away = new RunAccount(() => Promise.reject(new Error('away')));
  await away.begin(EPOCH);
  expect((await away.settle(0)).open).toBe(1);
});
