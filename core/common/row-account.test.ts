import { expect, it } from 'vitest';
import { accountLines, isWhole, type LedgerAccount, type SentRows, toRowAccount } from './row-account.ts';

const sent = (more: Partial<SentRows> = {}): SentRows => ({ read: 20, refused: 0, leftOut: 0, accepted: 20, batches: 1, ...more });
const ledger = (more: Partial<LedgerAccount> = {}): LedgerAccount => ({
  ...{ batches: 1, rows: 20, badRows: 0, mergedRows: 0, replacedRows: 0, metRows: 0, overwrittenRows: 0, setAside: [] },
  ...more,
});
const aside = [{ reason: 'type_changed', rows: 20, detail: 'm.status is DOUBLE and came as VARCHAR' }];

it.each([
  ['a file as it was', sent(), ledger(), ['20 rows read: 20 stored, 0 refused'], true],
  [
    'rows of one moment',
    sent(),
    ledger({ mergedRows: 16, replacedRows: 16 }),
    ['20 rows read: 4 stored, 0 refused, 16 replaced by others of the same time, node and tags'],
    false,
  ],
  [
    'rows of one moment in several batches, into a table of their own',
    sent(),
    ledger({ mergedRows: 6, replacedRows: 6, metRows: 10, overwrittenRows: 10, tableRows: 4 }),
    ['20 rows read: 4 stored, 0 refused, 16 replaced by others of the same time, node and tags'],
    false,
  ],
  [
    'values that differ from those of an earlier import',
    sent(),
    ledger({ metRows: 20, overwrittenRows: 20, tableRows: 20 }),
    [
      '20 rows read: 20 stored, 0 refused',
      '20 rows that were stored before had other values and were replaced: the same time, node and tags',
    ],
    false,
  ],
  [
    'further fields of rows that are there, or the same file again',
    sent(),
    ledger({ metRows: 20 }),
    ['20 rows read: 20 stored, 0 refused', '20 of the stored rows share a row with others of the same time, node and tags'],
    true,
  ],
  [
    'another type',
    sent({ read: 23, refused: 2, leftOut: 1 }),
    ledger({ badRows: 20, setAside: aside }),
    [
      '23 rows read: 0 stored, 2 refused, 20 set aside, 1 left out',
      '20 set aside as type_changed: m.status is DOUBLE and came as VARCHAR (muster dead-letters)',
    ],
    false,
  ],
  [
    'rows that were not compared',
    sent(),
    ledger({ setAside: [{ reason: 'not_compared', rows: 20, detail: 'the table m was behind with what it was given' }] }),
    [
      '20 rows read: 20 stored, 0 refused',
      '20 were stored without a look at rows of the same time, node and tags: the table m was behind with what it was given',
    ],
    false,
  ],
  [
    'a ledger that is behind',
    sent({ batches: 2 }),
    ledger({ rows: 15 }),
    ['20 rows read: 15 stored, 5 accepted, not yet stored, 0 refused'],
    false,
  ],
  [
    'a batch that nobody can read',
    sent(),
    ledger({ rows: 0 }),
    ['20 rows read: 0 stored, 0 refused, 20 set aside', '20 set aside as malformed: a batch could not be read (muster dead-letters)'],
    false,
  ],
] as const)('tells %s', (_, given, found, lines, whole) => {
  const account = toRowAccount(given, found);
  expect(accountLines(account)).toEqual(lines);
  expect(isWhole(account)).toBe(whole);
  expect(account.stored + account.replaced + account.aside + account.pending + account.refused + account.leftOut).toBe(given.read);
});

it('names the table, and calls nothing stored while all is only accepted', () => {
  expect(accountLines(toRowAccount(sent(), ledger()), String, 'cpu')).toEqual(['20 rows read: 20 rows stored in cpu, 0 refused']);
  expect(accountLines(toRowAccount(sent(), ledger({ batches: 0, rows: 0 })), String, 'cpu')).toEqual([
    '20 rows read: 20 accepted, not yet stored, 0 refused',
  ]);
});
