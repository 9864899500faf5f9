// What a spool holds at its limits, and what goes first beyond them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { MemorySpool } from './memory-spool.ts';
import { openSpoolDatabase } from './spool-database.ts';
import { SqliteSpool } from './sqlite-spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-bounds-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function frame(rows: number): FrameColumns {
  return {
    ...{ measurement: 'cpu', tags: [], series: [[]], seriesIndex: new Uint32Array(rows), fields: ['busy'], textFields: [], texts: [] },
    ...{ timeUs: new Float64Array(rows).fill(5), values: new Float64Array(rows).fill(1) },
  };
}

describe.each([
  ['memory', (limits: { maxBytes: number; maxRows: number }) => new MemorySpool(limits, 'for the test')],
  [
    'sqlite',
    (limits: { maxBytes: number; maxRows: number }) => new SqliteSpool(openSpoolDatabase(join(folder, `${files++}.db`)).database, limits),
  ],
] as const)('the %s spool', (_, make) => {
  const input = (rows: number) => ({ createdUs: 1, frames: [frame(rows)], events: [] });
  const seqs = (spool: ReturnType<typeof make>): number[] => spool.read(1, 99).map(({ seq }) => seq);

  test('holds as many rows as it may, and with one more drops the oldest until a share is free', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 100 });
    for (let i = 0; i < 10; i++) expect(spool.append(input(10))).toEqual([]);
    expect(spool.status()).toMatchObject({ batches: 10, rows: 100 });
    const dropped = spool.append(input(1));
    const free = 101 - (dropped[0]?.rows ?? 0);
    expect(dropped).toMatchObject([{ firstSeq: 1, reason: 'spool_limit' }]);
    expect(free).toBeLessThan(100);
    expect(spool.status()).toMatchObject({ rows: free, oldestSeq: (dropped[0]?.lastSeq ?? 0) + 1, nextSeq: 12 });
    expect(seqs(spool)[0]).toBe((dropped[0]?.lastSeq ?? 0) + 1);
    spool.close();
  });

  test('holds as many bytes as it may, and not one more', () => {
    const one = make({ maxBytes: 1e9, maxRows: 1e9 });
    for (let i = 0; i < 5; i++) one.append(input(10));
    const { bytes } = one.status();
    one.close();
    const exact = make({ maxBytes: bytes, maxRows: 1e9 });
    for (let i = 0; i < 5; i++) expect(exact.append(input(10))).toEqual([]);
    expect(exact.status()).toMatchObject({ batches: 5, bytes });
    exact.close();
    const less = make({ maxBytes: bytes - 1, maxRows: 1e9 });
    const dropped = Array.from({ length: 5 }, () => less.append(input(10)));
    expect(dropped.map((ranges) => ranges.length)).toEqual([0, 0, 0, 0, 1]);
    less.close();
  });

  test('drops no more than it has to until a share is free', () => {
    const one = make({ maxBytes: 1e9, maxRows: 1e9 });
    one.append(input(1));
    const { bytes } = one.status();
    one.close();
    // A sixty-fourth is to be free: 65 batches of which 64 fit become 63.
    for (const limits of [
      { maxBytes: 64 * bytes, maxRows: 1e9 },
      { maxBytes: 1e9, maxRows: 64 },
    ]) {
      const spool = make(limits);
      for (let i = 0; i < 64; i++) expect(spool.append(input(1))).toEqual([]);
      expect(spool.append(input(1))).toMatchObject([{ firstSeq: 1, lastSeq: 2, rows: 2 }]);
      expect(spool.status()).toMatchObject({ batches: 63, rows: 63, bytes: 63 * bytes });
      spool.close();
    }
  });

  test('keeps the newest batch, however large it is', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 5 });
    spool.append(input(10));
    expect(seqs(spool)).toEqual([1]);
    spool.append(input(20));
    expect(seqs(spool)).toEqual([2]);
    spool.close();
  });

  test('tells drops that follow each other for one reason as one, with all their rows', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 1e9 });
    for (let i = 1; i <= 6; i++) spool.append(input(i));
    for (const seq of [1, 2, 4]) spool.setAside(seq, 'refused');
    spool.setAside(5, 'too old');
    spool.append({ createdUs: 1, frames: [], events: [] });
    const told = spool.read(7, 1).flatMap(({ bytes }) => decodeBatch(Buffer.from(bytes)).dropped);
    expect(told.map(({ firstSeq, lastSeq, rows, reason }) => [firstSeq, lastSeq, rows, reason])).toEqual([
      [1, 2, 3, 'refused'],
      [4, 4, 4, 'refused'],
      [5, 5, 5, 'too old'],
    ]);
    spool.close();
  });

  test('tells a drop again where the batch that told of it was dropped', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 5 });
    for (let i = 0; i < 3; i++) spool.append(input(10));
    // The second told of nothing, the third of the first; now the third goes, and a fourth tells of all.
    spool.append(input(10));
    spool.append({ createdUs: 1, frames: [], events: [] });
    const told = spool.read(5, 1).flatMap(({ bytes }) => decodeBatch(Buffer.from(bytes)).dropped);
    expect(told.map(({ lastSeq }) => lastSeq)).toContain(3);
    expect(told.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThanOrEqual(20);
    spool.close();
  });

  test('reads from a number on, so many and no more, and nothing beyond the last', () => {
    const spool = make({ maxBytes: 1e9, maxRows: 1e9 });
    for (let i = 0; i < 6; i++) spool.append(input(1));
    spool.setAside(3, 'refused');
    const read = (seq: number, limit: number): number[] => spool.read(seq, limit).map((batch) => batch.seq);
    expect([read(1, 2), read(3, 2), read(4, 1), read(6, 9), read(7, 9)]).toEqual([[1, 2], [4, 5], [4], [6], []]);
    spool.ackUpTo(4);
    expect([read(1, 9), spool.status().oldestSeq]).toEqual([[5, 6], 5]);
    spool.ackUpTo(6);
    expect([read(1, 9), spool.status()]).toMatchObject([[], { batches: 0, rows: 0, bytes: 0, oldestSeq: 7, nextSeq: 7 }]);
    expect(() => spool.ackUpTo(7)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    spool.close();
  });
});
