import { expect, test } from 'vitest';
import type { QueryResult } from '../../common/query-result.ts';
import { historySql, readPaths, summarySql } from './probe-data.ts';

const ALL = new Set(['node_id', 'region', 'country', 'probe', 'kind', 'target', 'target_region', 'target_country', 'target_node']);
const SCRIPTS = new Set(['node_id', 'region', 'country', 'probe', 'kind']);

const RESULT: QueryResult = {
  columns: [
    { name: 'k_region', type: 'symbol', kind: 'text', values: ['gh-accra', null] },
    { name: 'k_probe', type: 'symbol', kind: 'text', values: ["o'hare|x", 'mesh'] },
    { name: 'k_targetRegion', type: 'symbol', kind: 'text', values: [null, 'ng-lagos'] },
    { name: 'p50', type: 'double', kind: 'number', values: Float64Array.of(12.5, Number.NaN) },
    { name: 'n', type: 'long', kind: 'number', values: Float64Array.of(300, 5) },
  ],
  rows: 2,
  truncated: false,
  elapsedMs: 1,
};

test('only columns that the table has are asked for', () => {
  const few = summarySql(SCRIPTS, 0, 300_000);
  expect(few).not.toContain('target');
  expect(few).toContain("timestamp >= '1970-01-01T00:00:00.000Z' AND timestamp < '1970-01-01T00:05:00.000Z'");
  expect(summarySql(ALL, 0, 1)).toContain("CASE WHEN probe = 'mesh' AND target_region IS NOT NULL THEN NULL ELSE target END AS k_target");
});

test('a row is a path: what is not said is empty, what did not answer is null', () => {
  const [first, mesh] = readPaths(RESULT);
  expect(first).toMatchObject({ region: 'gh-accra', probe: "o'hare|x", target: '', p50: 12.5, lossPercent: null, samples: 300 });
  expect(mesh).toMatchObject({ region: '', targetRegion: 'ng-lagos', p50: null });
  expect(first?.key).not.toBe(mesh?.key);
});

test('the history of a path asks for its own rows, however it is named', () => {
  const [first, mesh] = readPaths(RESULT);
  const sql = historySql(ALL, first as never, 0, 60_000, '30s');
  expect(sql).toContain("probe = 'o''hare|x'");
  expect(sql).toContain('target IS NULL');
  expect(sql).toContain('SAMPLE BY 30s');
  // The mesh of a place is one path over all its nodes' addresses.
  expect(historySql(ALL, mesh as never, 0, 60_000, '30s')).not.toMatch(/target (=|IS)|target_node (=|IS)/);
  expect(historySql(SCRIPTS, first as never, 0, 60_000, '30s')).not.toContain('target');
});
