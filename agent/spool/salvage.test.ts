import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DroppedRange } from '../../core/common/frame.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HostSpool } from './host-spool.ts';
import type { Salvaged } from './lane-file.ts';
import { gaps } from './salvage.ts';

const BATCHES = 400;
const PAGE = 4096;

let folder: string;
let path: string;
let saved: Omit<Salvaged, 'file'> | undefined;
const reports = {
  fileSetAside: (_: unknown, found: Omit<Salvaged, 'file'>) => {
    saved = found;
  },
  notDurable: (problem: string) => {
    throw new Error(problem);
  },
  durableAgain: () => undefined,
  epochBegun: () => undefined,
};
const open = (): HostSpool => new HostSpool(path, { maxBytes: 1e9, maxRows: 1e9 }, reports);
const event = (text: string) => ({
  createdUs: 1e15,
  frames: [],
  events: [{ timeUs: 1e15, kind: 'test', severity: 'info' as const, text, attributes: {} }],
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-salvage-'));
  path = join(folder, 'spool.db');
  saved = undefined;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A closed spool of some hundred pages, batches small and large; its epoch. */
function fill(): Buffer {
  const spool = open();
  for (let i = 1; i <= BATCHES; i++) spool.append(event(`${i}`.repeat(i % 7 === 0 ? 2000 : 300)));
  spool.ackUpTo(10);
  const epoch = Buffer.from(spool.status().epoch);
  spool.close();
  return epoch;
}

function damage(change: (file: number, pages: number) => void): void {
  const file = openSync(path, 'r+');
  change(file, statSync(path).size / PAGE);
  closeSync(file);
}

const overwrite = (file: number, page: number, bytes: Buffer): number => writeSync(file, bytes, 0, bytes.length, page * PAGE);

/** The numbers of the old epoch that the new spool still has, and those it says are lost. */
function account(epoch: Buffer): { held: number[]; told: readonly DroppedRange[] } {
  const spool = open();
  expect(Buffer.from(spool.status().epoch)).not.toEqual(epoch);
  expect(spool.status().durable).toBe(true);
  spool.append(event('after'));
  const told = decodeBatch(spool.read(1, 1)[0]?.bytes as Buffer).dropped;
  const held = spool.backlog.flatMap((lane) => {
    expect(Buffer.from(lane.status().epoch)).toEqual(epoch);
    return lane.read(1, 1000).map(({ seq, bytes }) => {
      expect(decodeBatch(bytes)).toMatchObject({ seq, epoch });
      return seq;
    });
  });
  spool.close();
  for (const range of told) expect(range).toMatchObject({ epoch, reason: 'spool_corrupt' });
  return { held, told };
}

describe('a damaged spool gives up only what lies in its damaged pages (7)', () => {
  const cases: [string, (file: number, pages: number) => void, number][] = [
    [
      'zero pages',
      (file, pages) => {
        for (const at of [0.3, 0.5, 0.9]) overwrite(file, Math.floor(pages * at), Buffer.alloc(PAGE));
      },
      360,
    ],
    ['a first page of noise', (file) => overwrite(file, 0, Buffer.alloc(PAGE, 0x5a)), 390],
    ['a lost tail', (file, pages) => ftruncateSync(file, Math.floor(pages * 0.7) * PAGE), 250],
    [
      'flipped bits',
      (file, pages) => {
        for (let page = 10; page < pages; page += 20) overwrite(file, page, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
      },
      300,
    ],
  ];
  test.each(cases)('%s', (_, change, least) => {
    const epoch = fill();
    damage(change);
    const { held, told } = account(epoch);
    expect(held.length).toBeGreaterThanOrEqual(least);
    expect(saved).toMatchObject({ batches: held.length });
    // Every number is saved or told as lost, and none is both.
    const lost = told.flatMap(({ firstSeq, lastSeq }) => Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => firstSeq + i));
    const numbers = [...held, ...lost].sort((a, b) => a - b);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (let seq = 11; seq <= BATCHES; seq++) expect(numbers).toContain(seq);
  });

  test('a file of noise saves nothing and is not lost itself', () => {
    const epoch = fill();
    const noise = Buffer.alloc(100 * PAGE, 0xa5);
    writeFileSync(path, noise);
    expect(account(epoch)).toEqual({ held: [], told: [] });
    expect(saved).toEqual({ batches: 0, rows: 0, lost: 0 });
  });

  test('salvaging is no second loss: a start after it finds the same', () => {
    const epoch = fill();
    damage((file) => overwrite(file, 20, Buffer.alloc(PAGE)));
    const { held } = account(epoch);
    const bytes = readFileSync(`${path}.backlog-${epoch.toString('hex')}`).length;
    expect(bytes).toBeGreaterThan(100 * PAGE);
    const again = open();
    expect(again.backlog[0]?.read(1, 1000).map(({ seq }) => seq)).toEqual(held);
    expect(again.status()).toMatchObject({ nextSeq: 2, batches: 1 });
    again.close();
  });
});

test('gaps are what is not kept', () => {
  expect(gaps([3, 4, 7], 1, 9)).toEqual([
    { firstSeq: 1, lastSeq: 2 },
    { firstSeq: 5, lastSeq: 6 },
    { firstSeq: 8, lastSeq: 9 },
  ]);
  expect(gaps([], 5, 4)).toEqual([]);
});

test('a damaged backlog is salvaged too, under its own epoch', () => {
  const epoch = fill();
  const first = open();
  first.beginPresent(-1);
  first.close();
  const backlog = `${path}.backlog-${epoch.toString('hex')}`;
  const file = openSync(backlog, 'r+');
  overwrite(file, 20, Buffer.alloc(PAGE));
  closeSync(file);
  const spool = open();
  const held = spool.backlog.flatMap((lane) => lane.read(1, 1000));
  expect(held.length).toBeGreaterThan(360);
  expect(saved).toMatchObject({ batches: held.length, lost: BATCHES - 10 - held.length });
  spool.append(event('after'));
  const told = decodeBatch(spool.read(1, 1)[0]?.bytes as Buffer).dropped;
  expect(told.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0)).toBe(BATCHES - 10 - held.length);
  spool.close();
});
