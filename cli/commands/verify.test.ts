import { expect, it } from 'vitest';
import { nodesWords } from '../../core/common/kind-words.ts';
import type { VerifyResponse } from '../../proto/gen/messages.ts';
import { verifyLines } from './verify.ts';

it('tells machines, sources and what is not in the fleet apart', () => {
  expect(nodesWords({ nodes: 1, machines: 1, sources: 0 })).toBe('1 machine');
  expect(nodesWords({ nodes: 23, machines: 2, sources: 20 })).toBe('2 machines, 20 sources, 1 not in the fleet');
  expect(nodesWords({ nodes: 4 })).toBe('4 nodes, sources among them');
});

it('says first whether it is whole, not whole or not proven', () => {
  const answer = {
    ...{ stored: 5, inFlight: 0, inSpools: 0, dropped: 0, lost: 0, doubled: 0, missingRows: 0, ledgerRows: 50, tableRows: 50, badRows: 0 },
    ...{
      nodes: 1,
      machines: 1,
      sources: 0,
      undecided: 0,
      uncomparedRows: 0,
      rowsSince: undefined,
      holes: [],
      droppedByReason: {},
      asOf: undefined,
    },
  } as VerifyResponse;
  const first = (more: Partial<VerifyResponse>): string | undefined => verifyLines({ ...answer, ...more }, (text) => text)[0];
  expect(first({})).toBe('whole: nothing lost, nothing doubled (1 machine)');
  expect(first({ lost: 2 })).toBe('not whole: 2 lost, 0 doubled, 0 missing (1 machine)');
  expect(first({ inFlight: 3, undecided: 1 })).toBe('not proven: 3 batches in flight, not stored yet, 1 batch not found yet (1 machine)');
  expect(first({ rowsSince: { seconds: Date.UTC(2026, 5, 15, 11) / 1000, nanos: 0 } })).toBe(
    'whole: nothing lost, nothing doubled, rows compared since 2026-06-15T11:00Z (1 machine)',
  );
  expect(first({ uncomparedRows: 4 })).toBe(
    'not proven: 4 rows that came by a door are not compared: tables keep rows for less time than the ledger (1 machine)',
  );
  expect(first({ stored: 0, nodes: 0, machines: 0 })).toBe('not proven: nothing is in the ledger yet (0 machines)');
});
