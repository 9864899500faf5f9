import { expect, test } from 'vitest';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { ledgerLines } from './ledger-lines.ts';
import { PathHistory } from './path-trends.ts';
import { partsOf } from './use-parts.ts';

const VIEW = { connectedAgents: 5, rowsPerSecond: 10, pendingRows: 3, lagSeconds: 0.5, asOfMs: 1000 } as PipelineView;

test('trends are bounded, an answer counts once, and silence is a gap', () => {
  const history = new PathHistory();
  history.add(VIEW);
  history.add(VIEW);
  expect(history.trends.get().agents).toEqual([5]);
  history.add({ ...VIEW, asOfMs: 60_000 });
  expect(history.trends.get().agents).toEqual([5, Number.NaN, 5]);
  for (let i = 1; i < 400; i++) history.add({ ...VIEW, asOfMs: 60_000 + i * 2000 });
  expect(history.trends.get().lagSeconds).toHaveLength(150);
});

test('a part’s instances add up, each by its newest sample', () => {
  const parts = partsOf(
    ['etl', 'gateway', 'gateway', 'gateway', null],
    ['e', 'a', 'b', 'a', 'x'],
    Float64Array.of(1, 9, 2, 3, 5),
    new Float64Array(5),
  );
  expect(parts.get('gateway')).toMatchObject({ instances: 2, cpuPercent: 5, cpuTrend: [9, 2, 3] });
  expect(parts.get('etl')).toMatchObject({ instances: 1, cpuPercent: 1 });
});

test('the lines of the ledger sum to what was collected', () => {
  const proof = {
    ...{ stored: 90, inFlight: 4, inSpools: 3, dropped: 2, lost: 1, doubledRows: 0, ledgerRows: 900, tableRows: 899, missingRows: 1 },
    ...{ badRows: 7, nodes: 2, holes: [], droppedByReason: { 'spool full': 2 }, asOfMs: 0 },
  };
  const [collected, ...rest] = ledgerLines(proof, 40, 30);
  expect(collected).toMatchObject({ where: 'Collected by agents', batches: 100, rows: 900 + 40 + 30 + 7 });
  for (const key of ['batches', 'rows'] as const) expect(rest.reduce((sum, line) => sum + (line[key] ?? 0), 0)).toBe(collected?.[key]);
  expect(rest.map((line) => line.where)).toContain('Dropped: spool full');
});
