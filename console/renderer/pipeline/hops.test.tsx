import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { storedRate } from '../shell/status-line.tsx';
import { known } from '../state/known.ts';
import { setZone } from '../widgets/format.ts';
import { Hops } from './hops.tsx';
import type { PathTrends } from './path-trends.ts';
import { NO_TREND, type Trend } from './trend-steps.ts';
import type { PartUsage } from './use-parts.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const VIEW: PipelineView = {
  ...{ rowsPerSecond: 1000, pendingMessages: 0, streamBytes: 0, streamMaxBytes: 1e9, lagSeconds: 0.1, deadLetters: {} },
  ...{ suspendedTables: [], connectedAgents: 0, completenessPercent: 100, durable: true, problems: [], pendingRows: 0 },
  ...{ oldestPendingSeconds: 0, diskFreeBytes: 5e8, diskBytes: 1e9, batchesMadePerSecond: 5, messagesInPerSecond: 2 },
  ...{ messagesOutPerSecond: 1, gatewayVersion: '', completenessAsOfMs: NOW, asOfMs: NOW, etlAsOfMs: NOW },
};
const TRENDS: PathTrends = { agents: NO_TREND, rowsPerSecond: NO_TREND, pendingRows: NO_TREND, lagSeconds: NO_TREND };
const ROWS = known(7, NOW - 5000, 'store');
const shown = (view: PipelineView, nodes: readonly FleetNode[] = []): string =>
  renderToStaticMarkup(
    <Hops view={view} known tableRows={ROWS} nodes={new Map(nodes.map((node) => [node.nodeId, node]))} trends={TRENDS} parts={new Map()} />,
  ).replace(/<[^>]+>/g, ' ');

test('what only the ETL tells is shown while it reports', () => {
  expect(shown(VIEW)).toMatch(/1,000 rows\/s.*Suspended tables\s+0\s.*Disk free\s+[\d.]+ \S+\s+of/s);
  expect(storedRate(known(VIEW, NOW, 'live'))).toBe('1,000 rows/s');
});

test('of an ETL that does not report neither rate, suspended tables nor disk are claimed, and the rest is', () => {
  for (const silent of [
    { ...VIEW, rowsPerSecond: 0, etlAsOfMs: NOW - 16_000 },
    { ...VIEW, rowsPerSecond: 0, diskBytes: null, diskFreeBytes: null, etlAsOfMs: null },
  ]) {
    const words = shown(silent);
    expect(words).toMatch(/Suspended tables\s+–\s+Disk free\s+–\s+Rows in tables\s+7/);
    expect(words).not.toMatch(/rows\/s/);
    expect(words).toMatch(/5\.00 batches\/s/);
    expect(storedRate(known(silent, NOW, 'live'))).toBe('rows/s not known');
  }
});

test('what agents hold is a sum of which some may be missing, and says so', () => {
  const agent = (nodeId: string, state: 'live' | 'silent'): FleetNode =>
    ({ nodeId, state, agentVersion: '1', spool: { batches: 3, rows: 30, bytes: 4096 } }) as unknown as FleetNode;
  expect(shown(VIEW, [agent('a', 'live'), agent('b', 'live')])).toMatch(
    /In spools\s+6\s+batches\s+Spool size\s+8\.00 KiB\s+Spooling\s+2 nodes/,
  );
  expect(shown(VIEW, [agent('a', 'live'), agent('b', 'silent')])).toMatch(
    /In spools\s+3\+\s+batches\s+Spool size\s+4\.00 KiB\+\s+Spooling\s+1 node, 1 unknown/,
  );
});

test('each line says from when on it is known, the store counts for what it has, and none shows under a moment that is not of now', () => {
  setZone('utc');
  const since = (ms: number): Trend => ({ values: [1, 2], sinceMs: NOW - ms });
  const heard: PathTrends = { agents: since(60_000), rowsPerSecond: since(60_000), pendingRows: since(60_000), lagSeconds: NO_TREND };
  const usage = { instances: 1, cpuPercent: 1, rssBytes: 1, cpuTrend: since(600_000), rowsTrend: since(600_000) };
  const parts = new Map<string, PartUsage>(['gateway', 'etl'].map((part) => [part, { part, ...usage }]));
  const words = (isKnown: boolean, of: ReadonlyMap<string, PartUsage>): string =>
    renderToStaticMarkup(<Hops view={VIEW} known={isKnown} tableRows={ROWS} nodes={new Map()} trends={heard} parts={of} />).replace(
      /<[^>]+>/g,
      ' ',
    );
  expect(words(true, parts)).toMatch(/open streams, known since 17:40:00.*CPU, 10 min.*lag, not known.*rows stored per second, 10 min/s);
  expect(words(true, new Map())).toMatch(/CPU, not known.*rows stored per second, known since 17:40:00/s);
  expect(words(false, parts)).not.toMatch(/10 min|known since/);
});

test('a lag, rows or a disk that nobody knows are neither 0 nor well', () => {
  const words = shown({ ...VIEW, lagSeconds: null, pendingRows: null, diskBytes: null, diskFreeBytes: null });
  expect(words).toMatch(/lag not known.*Lag\s+–/s);
  expect(words).toMatch(/Rows waiting\s+–/);
  expect(words).not.toContain('Disk free');
});

test('rows that were counted a while ago say when', () => {
  setZone('utc');
  const at = (asOfMs: number): string =>
    renderToStaticMarkup(
      <Hops view={VIEW} known tableRows={known(7, asOfMs, 'store')} nodes={new Map()} trends={TRENDS} parts={new Map()} />,
    ).replace(/<[^>]+>/g, ' ');
  expect(at(NOW - 5000)).toMatch(/Rows in tables\s+7\s/);
  expect(at(NOW - 5000)).not.toContain('at 17:');
  expect(at(NOW - 600_000)).toMatch(/Rows in tables\s+7\s+at 17:31:00/);
});
