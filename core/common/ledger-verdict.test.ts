import { expect, it } from 'vitest';
import { type LedgerAccount, ledgerVerdict } from './ledger-verdict.ts';

const STORED: LedgerAccount = {
  stored: 9,
  dropped: 1,
  inFlight: 0,
  lost: 0,
  undecided: 0,
  holes: 0,
  doubledRows: 0,
  missingRows: 0,
  uncomparedRows: 0,
};

it.each<[more: Partial<LedgerAccount>, words: string]>([
  [{}, 'whole: '],
  [{ lost: 1, inFlight: 3 }, 'not whole: 1 lost, 0 doubled, 0 missing'],
  [{ doubledRows: 2 }, 'not whole: 0 lost, 2 doubled, 0 missing'],
  [{ missingRows: 2 }, 'not whole: 0 lost, 0 doubled, 2 missing'],
  [{ inFlight: 1 }, 'not proven: 1 batch in flight, not stored yet'],
  [{ inFlight: 3, undecided: 2, holes: 1 }, 'not proven: 3 batches in flight, not stored yet, 2 batches not found yet'],
  // A number with two rows in the ledger is a hole as well.
  [{ holes: 1 }, 'whole: '],
  [{ undecided: undefined }, 'whole: '],
  [{ undecided: undefined, holes: 1 }, 'not proven: some batches not found yet'],
  [{ uncomparedRows: undefined }, 'whole: '],
  [{ uncomparedRows: 1 }, 'not proven: 1 row that came by a door is not compared: tables keep rows for less time than the ledger'],
  [
    { inFlight: 1, uncomparedRows: 20 },
    'not proven: 1 batch in flight, not stored yet, 20 rows that came by a door are not compared: tables keep rows for less time than the ledger',
  ],
  [{ uncomparedRows: 20, missingRows: 1 }, 'not whole: 0 lost, 0 doubled, 1 missing'],
  [{ stored: 0, dropped: 0 }, 'not proven: nothing is in the ledger yet'],
  [{ stored: 0 }, 'whole: '],
])('%j is %s', (more, words) => {
  const { verdict, why } = ledgerVerdict({ ...STORED, ...more });
  expect(`${verdict}: ${why}`).toBe(words);
});
