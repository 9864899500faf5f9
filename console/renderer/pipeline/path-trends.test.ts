import { expect, test } from 'vitest';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { known, notKnown } from '../state/known.ts';
import { ledgerLines } from './ledger-lines.ts';
import { PathHistory } from './path-trends.ts';
import { partsOf } from './use-parts.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const VIEW = { connectedAgents: 5, rowsPerSecond: 10, pendingRows: 3, lagSeconds: 0.5, asOfMs: 1000, etlAsOfMs: 1000 } as PipelineView;

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

test('an ETL that does not report leaves a gap in the rows stored, not a zero', () => {
  const history = new PathHistory();
  history.add(VIEW);
  history.add({ ...VIEW, asOfMs: 17_000, rowsPerSecond: 0 });
  expect(history.trends.get().rowsPerSecond).toEqual([10, Number.NaN]);
  expect(history.trends.get().lagSeconds).toEqual([0.5, 0.5]);
});

test('a part’s instances add up, each by its newest sample', () => {
  const parts = partsOf(
    [
      { part: 'etl', instance: 'e', timeMs: NOW - 5 * 60_000, cpu: 1, rss: 10 },
      ...[40, 30, 20, 10, 0].flatMap((s) => [
        { part: 'gateway', instance: 'a', timeMs: NOW - s * 1000, cpu: 9, rss: 1 },
        { part: 'gateway', instance: 'b', timeMs: NOW - s * 1000, cpu: 2, rss: 2 },
      ]),
    ],
    NOW,
  );
  const gateway = parts.get('gateway');
  expect(gateway).toMatchObject({ instances: 2, cpuPercent: 11, rssBytes: 3 });
  // One line of their sum, not one that jumps between them.
  expect(gateway?.cpuTrend.slice(-5)).toEqual([11, 11, 11, 11, 11]);
  expect(gateway?.cpuTrend.slice(0, -5).every(Number.isNaN)).toBe(true);
  // Sampled five minutes ago: nobody knows what it takes now.
  expect(parts.get('etl')).toMatchObject({ instances: 0, cpuPercent: Number.NaN });
});

test('the lines of the ledger sum to what was collected', () => {
  const proof = {
    ...{ stored: 90, inFlight: 4, inSpools: 3, dropped: 2, lost: 1, doubledRows: 0, ledgerRows: 900, tableRows: 899, missingRows: 1 },
    ...{ badRows: 7, nodes: 2, holes: [], droppedByReason: { 'spool full': 2 }, asOfMs: 0 },
  };
  const told = (rows: number) => known(rows, NOW, 'live');
  const [collected, ...rest] = ledgerLines(proof, told(40), told(30));
  expect(collected).toMatchObject({ where: 'Collected by agents', batches: 100, rows: { worth: 'known', value: 900 + 40 + 30 + 7 } });
  expect(rest.reduce((sum, line) => sum + (line.batches ?? 0), 0)).toBe(collected?.batches);
  expect(rest.reduce((sum, { rows }) => sum + (rows?.value ?? 0), 0)).toBe(collected?.rows?.value);
  expect(rest.map((line) => line.where)).toContain('Dropped: spool full');
  // Some agents cannot be asked: the sum is of the others.
  const [partly] = ledgerLines(proof, told(40), known(30, NOW, 'live', '2 unknown'));
  expect(partly?.rows).toMatchObject({ worth: 'partial', value: 977, reason: '2 unknown' });
  const [without] = ledgerLines(proof, notKnown('yet: the gateway has not answered'), told(30));
  expect(without?.rows).toMatchObject({ worth: 'partial', value: 937 });
});
