import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { NO_COUNTS } from '../../state/fleet-store.ts';
import { known, notKnown, stale } from '../../state/known.ts';
import { setZone } from '../../widgets/format.ts';
import { momentKnown, nodesInWords } from './node-counts.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
setZone('utc');

test('the number of nodes says what it is worth', () => {
  expect(nodesInWords(known({ machines: 61, sources: 0 }, NOW - 1000, 'live'), NOW)).toBe('61 nodes, as of 17:40:59 UTC');
  expect(nodesInWords(known({ machines: 3, sources: 20 }, NOW - 1000, 'live'), NOW)).toBe('3 machines, 20 sources, as of 17:40:59 UTC');
  expect(nodesInWords(known({ machines: 400, sources: 100 }, NOW, 'live', '500 received, more to come'), NOW)).toBe(
    '500 received, more to come',
  );
  expect(nodesInWords(stale(known({ machines: 61, sources: 0 }, NOW - 60_000, 'live'), 'away'), NOW)).toBe(
    '61 nodes at 17:40:00 UTC, not known since',
  );
  expect(nodesInWords(notKnown('yet'), NOW)).toBe('');
});

test('a moment of the past is known by the store alone; one that is being read or cannot be is not', () => {
  const moment = {
    nodes: new Map<string, FleetNode>(['a', 'b'].map((id) => [id, { kind: 'machine' } as FleetNode])),
    counts: { ...NO_COUNTS, silent: 2 },
    asOfMs: NOW - 1000,
    loading: false,
    problem: '',
  };
  expect(momentKnown(moment)).toMatchObject({ states: { worth: 'known', source: 'store', asOfMs: NOW - 1000 }, nodes: { value: 2 } });
  expect(momentKnown({ ...moment, loading: true }).states.worth).toBe('unknown');
  expect(momentKnown({ ...moment, problem: 'the store does not answer' }).nodes).toEqual({
    worth: 'unknown',
    reason: ': the store does not answer',
  });
});
