import { expect, it } from 'vitest';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import { known } from '../state/known.ts';
import { ledgerLines } from './ledger-lines.ts';

const PROOF: LedgerProof = {
  ...{
    stored: 9,
    inFlight: 0,
    inSpools: 1,
    dropped: 0,
    lost: 0,
    doubledRows: 0,
    ledgerRows: 90,
    tableRows: 90,
    missingRows: 0,
    badRows: 0,
  },
  ...{ nodes: 1, machines: 1, sources: 0, undecided: 0, rowsSinceMs: null, uncomparedRows: 0, holes: [], droppedByReason: {}, asOfMs: 1 },
};
const lines = (more: Partial<LedgerProof>) => ledgerLines({ ...PROOF, ...more }, known(0, 1, 'live'), known(5, 1, 'live'));

it('says that the sums agree where that is proven, and only there', () => {
  const last = (more: Partial<LedgerProof>) => lines(more).at(-1);
  expect(last({})).toMatchObject({ where: 'Unexplained', detail: 'the sums agree', mark: '' });
  expect(last({ inFlight: 2 })).toMatchObject({ detail: 'not proven: 2 batches in flight, not stored yet', mark: 'late' });
  expect(last({ stored: 0 })).toMatchObject({ detail: 'not proven: nothing is in the ledger yet' });
  expect(last({ uncomparedRows: 5 })).toMatchObject({
    detail: expect.stringMatching(/^not proven: 5 rows that came by a door/),
    mark: 'late',
  });
  expect(last({ rowsSinceMs: Date.UTC(2026, 5, 15, 11) })?.detail).toMatch(/^the sums agree; rows compared since .*11:00/);
  expect(last({ missingRows: 3 })).toMatchObject({ detail: '3 rows missing, 0 duplicated', mark: 'bad' });
});

it('has every batch in one line, so that they sum to what was collected', () => {
  const found = lines({ undecided: 2, lost: 1, dropped: 3, droppedByReason: { spool_limit: 2 } });
  expect(found.map(({ where, batches }) => [where, batches])).toEqual([
    ['Collected by agents', 16],
    ['Stored in QuestDB', 9],
    ['In flight', 0],
    ['In agents’ spools', 1],
    ['Dead letters', undefined],
    ['Dropped: spool_limit', 2],
    ['Dropped', 1],
    ['Not found yet', 2],
    ['Unexplained', 1],
  ]);
});
