import { expect, test } from 'vitest';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { known, notKnown } from '../state/known.ts';
import { setZone } from '../widgets/format.ts';
import { ledgerLines } from './ledger-lines.ts';
import { PathHistory } from './path-trends.ts';
import { NO_TREND, type Trend, trendWords } from './trend-steps.ts';
import { partsOf } from './use-parts.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const VIEW = { connectedAgents: 5, rowsPerSecond: 10, pendingRows: 3, lagSeconds: 0.5, asOfMs: 1000, etlAsOfMs: 1000 } as PipelineView;

const last = (trend: Trend, count: number) => trend.values.slice(-count);

test('a line is on the axis of time: an answer counts once, silence is a gap, and it begins where it was heard first', () => {
  const history = new PathHistory();
  const at = (seconds: number, more: Partial<PipelineView> = {}) =>
    history.add({ ...VIEW, asOfMs: NOW + seconds * 1000, etlAsOfMs: NOW + seconds * 1000, ...more });
  at(0);
  at(0, { connectedAgents: 9 });
  at(120, { connectedAgents: 7 });
  const { agents } = history.trends.get();
  expect(agents.values).toHaveLength(60);
  // A sample stands for 25 s, in steps of 10 s.
  expect(last(agents, 14)).toEqual([NaN, 5, 5, 5, ...Array(9).fill(NaN), 7]);
  expect(agents.sinceMs).toBe(NOW);
  for (let i = 1; i < 2000; i++) at(120 + i * 2);
  expect(history.trends.get().lagSeconds.values.every((value) => value === 0.5)).toBe(true);
  expect(NOW + 4118 * 1000 - (history.trends.get().agents.sinceMs ?? 0)).toBeLessThanOrEqual(630_000);
});

test('an ETL that does not report leaves a gap in the rows stored, not a zero', () => {
  const history = new PathHistory();
  history.add({ ...VIEW, asOfMs: NOW, etlAsOfMs: NOW });
  history.add({ ...VIEW, asOfMs: NOW + 30_000, etlAsOfMs: NOW, rowsPerSecond: 0 });
  expect(last(history.trends.get().rowsPerSecond, 4)).toEqual([10, 10, 10, NaN]);
  expect(last(history.trends.get().lagSeconds, 4)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test('a line says from when on it is known, or that it is not', () => {
  setZone('utc');
  expect(trendWords('lag', { sinceMs: NOW - 280_000 }, NOW)).toBe('lag, known since 17:36:20');
  expect(trendWords('lag', { sinceMs: NOW - 590_000 }, NOW)).toBe('lag, 10 min');
  expect(trendWords('CPU', { sinceMs: undefined }, NOW)).toBe('CPU, not known');
});

test('what the store has of the ETL is its rows stored, from before this window was opened', () => {
  const sample = (s: number, rows: number) => ({ part: 'etl', instance: 'e', timeMs: NOW - s * 1000, cpu: 1, rss: 1, rows });
  const samples = Array.from({ length: 60 }, (_, step) => sample((59 - step) * 10, step));
  const etl = partsOf(samples, NOW, samples).get('etl');
  expect(etl?.rowsTrend?.values).toEqual(samples.map(({ rows }) => rows));
  expect(trendWords('rows', etl?.rowsTrend ?? NO_TREND, NOW)).toBe('rows, 10 min');
  expect(partsOf(samples, NOW).get('etl')?.rowsTrend).toBeUndefined();
});

test('a part’s instances add up, each by its newest sample', () => {
  const parts = partsOf(
    [
      { part: 'etl', instance: 'e', timeMs: NOW - 5 * 60_000, cpu: 1, rss: 10, rows: NaN },
      ...[40, 30, 20, 10, 0].flatMap((s) => [
        { part: 'gateway', instance: 'a', timeMs: NOW - s * 1000, cpu: 9, rss: 1, rows: NaN },
        { part: 'gateway', instance: 'b', timeMs: NOW - s * 1000, cpu: 2, rss: 2, rows: NaN },
      ]),
    ],
    NOW,
  );
  const gateway = parts.get('gateway');
  expect(gateway).toMatchObject({ instances: 2, cpuPercent: 11, rssBytes: 3 });
  // One line of their sum, not one that jumps between them.
  expect(gateway?.cpuTrend.values.slice(-5)).toEqual([11, 11, 11, 11, 11]);
  expect(gateway?.cpuTrend.values.slice(0, -5).every(Number.isNaN)).toBe(true);
  // Sampled five minutes ago: nobody knows what it takes now.
  expect(parts.get('etl')).toMatchObject({ instances: 0, cpuPercent: Number.NaN });
});

test('the lines of the ledger sum to what was collected', () => {
  const proof = {
    ...{ stored: 90, inFlight: 4, inSpools: 3, dropped: 2, lost: 1, doubledRows: 0, ledgerRows: 900, tableRows: 899, missingRows: 1 },
    ...{
      badRows: 7,
      machines: null,
      sources: null,
      undecided: null,
      rowsSinceMs: null,
      uncomparedRows: null,
      nodes: 2,
      holes: [],
      droppedByReason: { 'spool full': 2 },
      asOfMs: 0,
    },
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
