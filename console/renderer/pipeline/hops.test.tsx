import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { storedRate } from '../frame/status-line.tsx';
import { Hops } from './hops.tsx';
import type { PathTrends } from './path-trends.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const VIEW: PipelineView = {
  ...{ rowsPerSecond: 1000, pendingMessages: 0, streamBytes: 0, streamMaxBytes: 1e9, lagSeconds: 0.1, deadLetters: {} },
  ...{ suspendedTables: [], connectedAgents: 0, completenessPercent: 100, durable: true, problems: [], pendingRows: 0 },
  ...{ oldestPendingSeconds: 0, diskFreeBytes: 5e8, diskBytes: 1e9, batchesMadePerSecond: 5, messagesInPerSecond: 2 },
  ...{ messagesOutPerSecond: 1, completenessAsOfMs: NOW, asOfMs: NOW, etlAsOfMs: NOW },
};
const TRENDS: PathTrends = { agents: [], rowsPerSecond: [], pendingRows: [], lagSeconds: [], sinceMs: null };
const shown = (view: PipelineView): string =>
  renderToStaticMarkup(<Hops view={view} known tableRows={7} nodes={new Map()} trends={TRENDS} parts={new Map()} />).replace(
    /<[^>]+>/g,
    ' ',
  );

test('what only the ETL tells is shown while it reports', () => {
  expect(shown(VIEW)).toMatch(/1,000 rows\/s.*Suspended tables\s+0\s.*Disk free\s+[\d.]+ \S+\s+of/s);
  expect(storedRate(VIEW)).toBe('1,000 rows/s');
});

test('of an ETL that does not report neither rate, suspended tables nor disk are claimed, and the rest is', () => {
  for (const silent of [
    { ...VIEW, rowsPerSecond: 0, etlAsOfMs: NOW - 16_000 },
    { ...VIEW, rowsPerSecond: 0, diskBytes: 0, diskFreeBytes: 0, etlAsOfMs: null },
  ]) {
    const words = shown(silent);
    expect(words).toMatch(/Suspended tables\s+–\s+Disk free\s+–\s+Rows in tables\s+7/);
    expect(words).not.toMatch(/rows\/s/);
    expect(words).toMatch(/5\.00 batches\/s/);
    expect(storedRate(silent)).toBe('rows/s not known');
  }
});
