import { describe, expect, it } from 'vitest';
import { type LedgerEpoch, reconcile } from './ledger.ts';

describe('reconcile', () => {
  const epoch = (more: Partial<LedgerEpoch>): LedgerEpoch => ({ nodeId: 'a', epoch: '00', stored: [], inStream: [], dropped: [], ...more });

  it('counts each number once, at the best place it is known to be', () => {
    const input = epoch({
      spool: { oldest: 8, next: 13 },
      stored: [
        { first: 1, last: 4 },
        { first: 8, last: 8 },
      ],
      inStream: [
        { first: 3, last: 5 },
        { first: 9, last: 10 },
      ],
      dropped: [{ first: 4, last: 6, reason: 'spool_limit' }],
    });
    expect(reconcile({ epochs: [input], rows: [] })).toMatchObject({
      ...{ stored: 5, inFlight: 3, inSpools: 2, dropped: 1, lost: 0, undecided: 1 },
      ...{ droppedByReason: { spool_limit: 1 }, undecidedHoles: [{ first: 7, last: 7 }] },
    });
  });

  it('does not let a row too many of one node make up for a missing one of another', () => {
    const rows = [
      { scope: 'a', ledger: 10, counted: 11 },
      { scope: 'b', ledger: 10, counted: 9 },
    ];
    expect(reconcile({ epochs: [], rows })).toMatchObject({ doubled: 1, missing: 1 });
  });

  it('tells a number with two ledger rows', () => {
    const input = epoch({
      stored: [
        { first: 1, last: 3 },
        { first: 3, last: 3 },
      ],
    });
    expect(reconcile({ epochs: [input], rows: [] })).toMatchObject({ stored: 3, repeated: 1 });
  });

  it('starts where the ledger starts, and costs as many steps as there are ranges', () => {
    const input = epoch({ from: 1e12, stored: [{ first: 1e12, last: 2e12 }], spool: { oldest: 2e12 + 1, next: 2e12 + 1 } });
    expect(reconcile({ epochs: [input], rows: [] })).toMatchObject({ stored: 1e12 + 1, lost: 0 });
  });
});
