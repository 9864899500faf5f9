import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HostSpool } from './host-spool.ts';
import { MemorySpool } from './memory-spool.ts';
import type { BatchInput, Spool, SpoolLimits } from './spool.ts';
import { openSpoolDatabase } from './spool-database.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-spool-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const silent = { fileSetAside: () => undefined, notDurable: () => undefined, durableAgain: () => undefined, epochBegun: () => undefined };
const MAKERS: [string, (limits: SpoolLimits) => Spool][] = [
  ['memory', (limits) => new MemorySpool(limits, 'for the test')],
  ['sqlite', (limits) => new SqliteSpool(openSpoolDatabase(join(folder, `${files++}.db`)).database, limits)],
  ['host', (limits) => new HostSpool(join(folder, `${files++}.db`), limits, silent)],
];

function frame(rows: number): FrameColumns {
  return {
    measurement: 'cpu',
    tags: ['cpu'],
    series: [['total']],
    seriesIndex: new Uint32Array(rows),
    timeUs: Float64Array.from({ length: rows }, (_, row) => 1e15 + row),
    fields: ['busy'],
    values: new Float64Array(rows),
    textFields: [],
    texts: [],
  };
}

const input = (rows: number): BatchInput => ({ createdUs: 1e15, frames: [frame(rows)], events: [] });
const LARGE: SpoolLimits = { maxBytes: 1e9, maxRows: 1e9 };

describe.each(MAKERS)('the %s spool', (_, make) => {
  test('numbers batches from 1 and gives them back in order', () => {
    const spool = make(LARGE);
    for (let i = 1; i <= 5; i++) spool.append(input(i));
    expect(spool.status()).toMatchObject({ oldestSeq: 1, nextSeq: 6, batches: 5, rows: 15, rowsCommitted: 15 });
    expect(spool.read(2, 2).map(({ seq, rows }) => [seq, rows])).toEqual([
      [2, 2],
      [3, 3],
    ]);
    const batch = decodeBatch(spool.read(4, 1)[0]!.bytes);
    expect(batch).toMatchObject({ seq: 4, createdUs: 1e15 });
    expect(Buffer.from(batch.epoch)).toEqual(Buffer.from(spool.status().epoch));
    spool.close();
  });

  test('forgets what is acknowledged, once', () => {
    const spool = make(LARGE);
    for (let i = 0; i < 4; i++) spool.append(input(1));
    spool.ackUpTo(3);
    spool.ackUpTo(2);
    expect(spool.status()).toMatchObject({ oldestSeq: 4, nextSeq: 5, batches: 1, rows: 1, rowsCommitted: 4 });
    expect(spool.read(1, 10).map(({ seq }) => seq)).toEqual([4]);
    spool.ackUpTo(4);
    expect(spool.status()).toMatchObject({ oldestSeq: 5, nextSeq: 5, batches: 0, bytes: 0, rows: 0 });
    expect(() => spool.ackUpTo(5)).toThrow('batch 5 is acknowledged but the spool has given numbers up to 4 only');
    spool.close();
  });

  test('drops the oldest beyond its limit and tells of it in the next batch until that is acknowledged', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 64 });
    for (let i = 0; i < 6; i++) spool.append(input(10));
    const dropped = spool.append(input(10));
    expect(dropped).toMatchObject([{ firstSeq: 1, lastSeq: 1, rows: 10, reason: 'spool_limit' }]);
    expect(spool.status()).toMatchObject({ oldestSeq: 2, nextSeq: 8, batches: 6, rows: 60 });
    spool.append(input(10));
    expect(decodeBatch(spool.read(8, 1)[0]!.bytes).dropped).toMatchObject([{ firstSeq: 1, lastSeq: 1, rows: 10 }]);
    spool.append({ createdUs: 1, frames: [], events: [] });
    expect(decodeBatch(spool.read(9, 1)[0]!.bytes).dropped).toMatchObject([{ firstSeq: 2, lastSeq: 2, rows: 10 }]);
    spool.close();
  });

  test('tells a drop again when the batch that told of it was dropped itself', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 20 });
    for (let i = 0; i < 9; i++) spool.append(input(10));
    const told = spool.read(1, 99).flatMap(({ bytes }) => decodeBatch(bytes).dropped);
    const untold = spool.status().oldestSeq - 1;
    spool.append(input(1));
    const last = decodeBatch(spool.read(10, 1)[0]!.bytes).dropped;
    const seqs = [...told, ...last].flatMap(({ firstSeq, lastSeq }) =>
      Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => firstSeq + i),
    );
    for (let seq = 1; seq <= untold; seq++) expect(seqs).toContain(seq);
    spool.close();
  });

  test('sets a refused batch aside, accounts for it and goes on with the others', () => {
    const spool = make(LARGE);
    for (let i = 0; i < 3; i++) spool.append(input(2));
    spool.setAside(2, 'refused: batch_too_large');
    spool.setAside(2, 'refused: batch_too_large');
    expect(spool.status()).toMatchObject({ oldestSeq: 1, nextSeq: 4, batches: 2, rows: 4 });
    expect(spool.read(1, 9).map(({ seq }) => seq)).toEqual([1, 3]);
    spool.append(input(1));
    expect(decodeBatch(spool.read(4, 1)[0]!.bytes).dropped).toMatchObject([
      { firstSeq: 2, lastSeq: 2, rows: 2, reason: 'refused: batch_too_large' },
    ]);
    spool.ackUpTo(4);
    expect(spool.status()).toMatchObject({ oldestSeq: 5, batches: 0, bytes: 0, rows: 0 });
    spool.close();
  });

  test('makes several batches of what is too large for one, and none of nothing', () => {
    const spool = make(LARGE);
    spool.append(input(25_000));
    const batches = spool.read(1, 99);
    expect(batches.length).toBeGreaterThan(2);
    expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(25_000);
    for (const { bytes, rows } of batches) {
      expect(bytes.length).toBeLessThanOrEqual(512 * 1024);
      expect(rows).toBeLessThanOrEqual(10_000);
    }
    const { nextSeq } = spool.status();
    spool.append({ createdUs: 1, frames: [], events: [] });
    expect(spool.status().nextSeq).toBe(nextSeq);
    spool.close();
  });
});
