// However many drops there are to tell of, no batch grows beyond its limit, and each drop is told once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { MemorySpool } from './memory-spool.ts';
import { openSpoolDatabase } from './spool-database.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-drops-'));
afterAll(() => rmSync(folder, { recursive: true }));
const LIMITS = { maxBytes: 1e9, maxRows: 1e9 };
const large = { timeUs: 1, kind: 'boot', severity: 'info' as const, text: 'x'.repeat(490_000), attributes: {} };

test.each([
  ['memory', () => new MemorySpool(LIMITS, 'for the test')],
  ['sqlite', () => new SqliteSpool(openSpoolDatabase(join(folder, 'spool.db')).database, LIMITS)],
] as const)('the %s spool tells of thousands of drops, some a batch', (_, make) => {
  const spool = make();
  const epoch = Buffer.alloc(16, 7);
  spool.tell(
    Array.from({ length: 5000 }, (_, i) => ({
      epoch,
      firstSeq: i * 2 + 1,
      lastSeq: i * 2 + 1,
      rows: 9,
      reason: `refused: ${'x'.repeat(60)}`,
    })),
  );
  for (let i = 0; i < 30; i++) spool.append({ createdUs: 1, frames: [], events: i < 20 ? [large] : [] });
  const batches = spool.read(1, 100);
  expect(Math.max(...batches.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  const told = batches.flatMap(({ bytes }) => decodeBatch(bytes).dropped.map(({ firstSeq }) => firstSeq));
  expect(told).toEqual(Array.from({ length: 5000 }, (_, i) => i * 2 + 1));
  expect(batches).toHaveLength(25);
  spool.close();
});

const DROP = { epoch: Buffer.alloc(16, 7), firstSeq: 1, lastSeq: 2, rows: 9, reason: 'spool_limit' };
const NOTHING = { createdUs: 1, frames: [], events: [] };

test.each([
  ['memory', () => new MemorySpool(LIMITS, 'for the test')],
  ['sqlite', () => new SqliteSpool(openSpoolDatabase(join(folder, 'handed.db')).database, LIMITS)],
] as const)('what the %s spool handed over it tells of no more, and a batch of nothing is none', (_, make) => {
  const spool = make();
  spool.append(NOTHING);
  expect(spool.read(1, 9)).toEqual([]);
  spool.tell([DROP]);
  const told: unknown[] = [];
  spool.handOver({ tell: (ranges) => told.push(...ranges) });
  expect(told).toEqual([DROP]);
  spool.append(NOTHING);
  expect(spool.read(1, 9)).toEqual([]);
  spool.handOver({ tell: (ranges) => told.push(...ranges) });
  expect(told).toHaveLength(1);
  spool.tell([DROP]);
  spool.append(NOTHING);
  expect(spool.read(1, 9).map(({ bytes }) => decodeBatch(bytes).dropped.length)).toEqual([1]);
  spool.tell([]);
  spool.append(NOTHING);
  expect(spool.read(1, 9)).toHaveLength(1);
  spool.close();
});
