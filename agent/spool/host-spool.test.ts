import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HostSpool, type SpoolReports } from './host-spool.ts';

let folder: string;
let path: string;
let reports: string[];
const record: SpoolReports = {
  fileSetAside: ({ reason }) => reports.push(`set aside: ${reason}`),
  notDurable: (problem) => reports.push(`not durable: ${problem}`),
  durableAgain: () => reports.push('durable again'),
  epochBegun: (reason) => reports.push(`epoch: ${reason}`),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-host-spool-'));
  path = join(folder, 'spool.db');
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const LIMITS = { maxBytes: 1e8, maxRows: 1e9 };
const open = (nowMs?: () => number): HostSpool => new HostSpool(path, LIMITS, record, nowMs);
const event = (text: string) => ({
  createdUs: 1e15,
  frames: [],
  events: [{ timeUs: 1e15, kind: 'test', severity: 'info' as const, text, attributes: {} }],
});

test('what was committed is there after a new start, in the same epoch; what was acknowledged is not', () => {
  const first = open();
  for (let i = 0; i < 3; i++) first.append(event('x'));
  first.ackUpTo(1);
  const { epoch } = first.status();
  first.close();
  const second = open();
  expect(second.status()).toMatchObject({ oldestSeq: 2, nextSeq: 4, batches: 2, durable: true });
  expect(Buffer.from(second.status().epoch)).toEqual(Buffer.from(epoch));
  second.close();
  expect(reports).toEqual([]);
});

test.each([
  ['of another kind', () => writeFileSync(path, 'not a database at all'.repeat(100)), 'set aside: the file is not an SQLite database'],
  ['that is empty', () => writeFileSync(path, ''), 'set aside: the file is empty'],
  [
    'of another program',
    () => new DatabaseSync(path).exec('CREATE TABLE t (a); PRAGMA application_id = 7'),
    'set aside: the file belongs to another program',
  ],
])('a file %s is set aside and a new epoch begins', (_, make, report) => {
  make();
  const spool = open();
  spool.append(event('x'));
  expect(spool.status()).toMatchObject({ nextSeq: 2, durable: true });
  expect(reports).toEqual([report]);
  expect(readdirSync(folder).some((name) => name.startsWith('spool.db.set-aside-'))).toBe(true);
  spool.close();
});

test('a truncated file is set aside', () => {
  const first = open();
  for (let i = 0; i < 50; i++) first.append(event('x'.repeat(5000)));
  first.close();
  truncateSync(path, 20_000);
  const second = open();
  expect(second.status()).toMatchObject({ nextSeq: 1, durable: true });
  expect(reports[0]).toMatch(/^set aside: the file is damaged/);
  second.close();
});

test('where the folder cannot be made, batches are kept in memory and go to disk when it heals', () => {
  let now = 0;
  const blocked = join(folder, 'state');
  writeFileSync(blocked, 'a file in place of the folder');
  path = join(blocked, 'spool.db');
  const spool = open(() => now);
  spool.append(event('x'));
  expect(spool.status()).toMatchObject({ nextSeq: 2, durable: false });
  expect(spool.status().problem).not.toBe('');
  rmSync(blocked);
  mkdirSync(blocked);
  const { epoch } = spool.status();
  now = 60_000;
  spool.append(event('y'));
  expect(spool.status()).toMatchObject({ nextSeq: 2, batches: 1, durable: true, problem: '' });
  // What was in the memory is on disk too, with the numbers it had.
  spool.close();
  const again = open();
  expect(again.backlog.map((lane) => lane.status())).toMatchObject([{ oldestSeq: 1, nextSeq: 2, batches: 1, durable: true, epoch }]);
  again.backlog[0]?.ackUpTo(1);
  expect(again.backlog).toEqual([]);
  expect(readdirSync(blocked)).toEqual(['spool.db', 'spool.db-wal']);
  again.close();
  expect(reports.map((line) => line.split(':')[0])).toEqual(['not durable', 'durable again']);
});

test('a file that cannot be read any more does not end the agent: new batches are kept in memory, and the disk comes back', () => {
  let now = 0;
  const spool = open(() => now);
  for (let i = 0; i < 200; i++) spool.append(event('x'.repeat(20_000)));
  for (const name of ['spool.db', 'spool.db-wal']) writeFileSync(join(folder, name), Buffer.alloc(8_000_000, 0xa5));
  expect(spool.read(1, 16)).toEqual([]);
  expect(spool.status()).toMatchObject({ nextSeq: 1, durable: false });
  now = 60_000;
  spool.append(event('y'));
  expect(spool.status()).toMatchObject({ nextSeq: 2, batches: 1, durable: true });
  expect(reports.map((line) => line.split(':')[0])).toEqual(['not durable', 'set aside', 'durable again']);
  spool.close();
});

test('what was dropped in memory is told from the disk', () => {
  let now = 0;
  const blocked = join(folder, 'state');
  writeFileSync(blocked, 'a file in place of the folder');
  path = join(blocked, 'spool.db');
  const spool = open(() => now);
  spool.append(event('x'));
  spool.setAside(1, 'refused: batch_too_large');
  const { epoch } = spool.status();
  rmSync(blocked);
  mkdirSync(blocked);
  now = 60_000;
  spool.append(event('y'));
  expect(spool.status()).toMatchObject({ nextSeq: 2, durable: true });
  const told = decodeBatch(spool.read(1, 1)[0]?.bytes as Buffer).dropped;
  expect(told).toMatchObject([{ firstSeq: 1, lastSeq: 1, reason: 'refused: batch_too_large', epoch }]);
  expect(spool.statistics().drops).toEqual([{ reason: 'refused: batch_too_large', batches: 1, rows: 0 }]);
  spool.close();
});

test('a file that was put back from a copy goes on in a new epoch, and what it held keeps its numbers', () => {
  const first = open();
  for (let i = 0; i < 3; i++) first.append(event('x'));
  const { epoch } = first.status();
  first.close();
  copyFileSync(path, `${path}.copy`);
  const used = open();
  used.append(event('later'));
  used.close();
  renameSync(`${path}.copy`, path);
  const restored = open();
  expect(restored.backlog.map((lane) => lane.status())).toMatchObject([{ epoch, oldestSeq: 1, nextSeq: 4, batches: 3 }]);
  expect(restored.status()).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
  expect(Buffer.from(restored.status().epoch)).not.toEqual(Buffer.from(epoch));
  expect(reports).toEqual(['epoch: the machine or the file began a new life']);
  restored.close();
});

test('the limits hold over all epochs, and age is one of them', () => {
  let now = 0;
  const limits = { maxBytes: 60_000, maxRows: 1e9, maxAgeMs: 3_600_000 };
  const spool = new HostSpool(path, limits, record, () => now);
  const at = (minutes: number) => ({ ...event('x'.repeat(1000)), createdUs: 1e15 + minutes * 60e6 });
  for (let i = 0; i < 40; i++) spool.append(at(i / 10));
  const { epoch } = spool.status();
  spool.beginPresent(-1);
  for (let i = 0; i < 40; i++) spool.append(at(5 + i / 10));
  expect(spool.statistics().bytes).toBeLessThanOrEqual(60_000);
  const [byLimit] = spool.statistics().drops;
  expect(byLimit?.reason).toBe('spool_limit');
  expect(spool.backlog[0]?.status().oldestSeq).toBe((byLimit?.batches ?? 0) + 1);
  // An hour after the first epoch ended; the second is younger.
  now = 60_000;
  const dropped = spool.append(at(64.5));
  expect(dropped.at(-1)).toMatchObject({ epoch, lastSeq: 40, reason: 'spool_age' });
  expect(spool.backlog).toEqual([]);
  expect(spool.statistics()).toMatchObject({ batches: 41, oldestUs: 1e15 + 5 * 60e6 });
  spool.append(at(64.6));
  const told = spool.read(1, 99).flatMap(({ bytes }) => decodeBatch(bytes).dropped);
  expect(told.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0)).toBe(40);
  spool.close();
});
