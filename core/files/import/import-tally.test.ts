import { expect, it } from 'vitest';
import type { LedgerAccount } from '../../common/row-account.ts';
import { ImportTally, type LedgerQuestion } from './import-tally.ts';

const EPOCH = new Uint8Array(16);
const ABOUT = { epoch: EPOCH, measurement: 'm' };
const ledger = (batches: number, rows: number): LedgerAccount => ({
  ...{ batches, rows, badRows: 0, mergedRows: 0, metRows: 0, replacedRows: 0, overwrittenRows: 0, setAside: [] },
});

it('asks until the ledger has every batch, also over a failure', async () => {
  const tally = new ImportTally({ rows: 5, batches: 1, firstUs: 50, lastUs: 60 });
  tally.take({ rows: 3, oldestUs: 10, createdUs: 20 });
  const asked: LedgerQuestion[] = [];
  const answers = [ledger(1, 5), new Error('away'), ledger(2, 8)];
  await tally.settle(
    async (question) => {
      asked.push(question);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer as LedgerAccount;
    },
    ABOUT,
    10_000,
  );
  expect(asked).toHaveLength(3);
  expect(asked[0]).toEqual({ epochs: [EPOCH], measurement: 'm', firstUs: 10, lastUs: 60 });
  expect(tally.complete).toBe(true);
  expect(tally.rows({ refused: 1, leftOut: 2 })).toMatchObject({ read: 11, stored: 8, pending: 0, refused: 1, leftOut: 2 });
});

it('gives up where nothing changes, and says what is not stored yet', async () => {
  const tally = new ImportTally();
  tally.take({ rows: 3, oldestUs: 10, createdUs: 20 });
  await tally.settle(async () => ledger(0, 0), ABOUT, 0);
  expect(tally.complete).toBe(false);
  expect(tally.rows({ refused: 0, leftOut: 0 })).toMatchObject({ stored: 0, pending: 3 });
});

it('asks nothing of an import without rows', async () => {
  const tally = new ImportTally();
  await tally.settle(async () => expect.fail('asked'), ABOUT, 1000);
  expect(tally.complete).toBe(true);
});
