import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DroppedRange } from '../../core/common/frame.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HostSpool } from './host-spool.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-disk-full-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A disk that can be full. */
interface Disk {
  path: string;
  opened(database: DatabaseSync): void;
  fill(): void;
  free(): void;
  remove(): void;
}

/** SQLite is told that the file may have no more pages. */
function limitedFile(): Disk {
  let full = false;
  const databases: DatabaseSync[] = [];
  const apply = (database: DatabaseSync): void => {
    if (database.isOpen) database.exec(`PRAGMA max_page_count = ${full ? 1 : 1_000_000}`);
  };
  return {
    path: join(folder, 'spool.db'),
    opened: (database) => {
      databases.push(database);
      apply(database);
    },
    fill: () => {
      full = true;
      databases.forEach(apply);
    },
    free: () => {
      full = false;
    },
    remove: () => undefined,
  };
}

/** A file system of 48 MiB, which only root can make. */
function smallFileSystem(): Disk | undefined {
  const mount = join(folder, 'mount');
  const ballast = join(mount, 'ballast');
  mkdirSync(mount);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'muster-test', mount], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return {
    path: join(mount, 'spool.db'),
    opened: () => undefined,
    fill: () => {
      const { bavail, bsize } = statfsSync(mount);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 64 * 1024));
    },
    free: () => rmSync(ballast),
    remove: () => execFileSync('umount', [mount]),
  };
}

const LIMITS = { maxBytes: 8 * 1024 ** 2, maxRows: 1e9 };
const batch = (createdUs: number) => ({
  createdUs,
  frames: [],
  events: [{ timeUs: createdUs, kind: 'test', severity: 'info' as const, text: 'x'.repeat(40_000), attributes: {} }],
});

const keyOf = (epoch: Uint8Array, seq: number): string => `${Buffer.from(epoch).toString('hex')} ${seq}`;

/** Every batch held and every one told as dropped. */
function account(spool: HostSpool): { held: string[]; told: string[] } {
  const batches = [...spool.backlog, spool].flatMap((lane) => lane.read(1, 10_000));
  const decoded = batches.map(({ bytes }) => decodeBatch(bytes));
  const expand = ({ epoch, firstSeq, lastSeq }: DroppedRange): string[] =>
    Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => keyOf(epoch, firstSeq + i));
  return {
    held: decoded.map(({ epoch, seq }) => keyOf(epoch, seq)),
    told: decoded.flatMap(({ dropped }) => dropped.flatMap(expand)),
  };
}

describe('a full disk under constant traffic, with the gateway away (6)', () => {
  test.each([
    ['by the count of pages', limitedFile],
    ['by the file system', () => smallFileSystem() ?? limitedFile()],
  ])('costs only the oldest, told, and heals by itself: %s', { timeout: 60_000 }, (_, make) => {
    const disk = make();
    const reports: string[] = [];
    const fail = (): never => {
      throw new Error('nothing is damaged here');
    };
    let nowMs = 0;
    const spool = new HostSpool(
      disk.path,
      LIMITS,
      {
        fileSetAside: fail,
        notDurable: (problem) => reports.push(`not durable: ${problem}`),
        durableAgain: () => reports.push('durable again'),
        epochBegun: fail,
      },
      () => nowMs,
      disk.opened,
    );
    const given: string[] = [];
    const append = (count: number): void => {
      for (let i = 0; i < count; i++) {
        nowMs += 100;
        const { epoch } = spool.status();
        spool.append(batch(1e15 + nowMs * 1000));
        const after = spool.status();
        if (keyOf(after.epoch, 0) !== keyOf(epoch, 0)) expect(after.nextSeq).toBe(2);
        given.push(keyOf(after.epoch, after.nextSeq - 1));
      }
    };
    try {
      append(60);
      const onDisk = spool.status();
      for (const round of [1, 2]) {
        disk.fill();
        append(400);
        expect(spool.status()).toMatchObject({ durable: false });
        // What is stored stays intact and can be sent.
        if (round === 1) {
          const lane = spool.backlog[0]?.status();
          expect(lane).toMatchObject({ epoch: onDisk.epoch, oldestSeq: 1 });
          expect(lane?.batches).toBeGreaterThanOrEqual(onDisk.batches);
          spool.backlog[0]?.ackUpTo(20);
        }
        expect(spool.statistics().drops).toMatchObject([{ reason: 'spool_limit' }]);
        disk.free();
        append(160);
        expect(spool.status()).toMatchObject({ durable: true, problem: '' });
      }
      expect(reports.map((line) => line.split(':')[0])).toEqual(['not durable', 'durable again', 'not durable', 'durable again']);
      expect(spool.statistics().bytes).toBeLessThanOrEqual(LIMITS.maxBytes);
      append(1);
      const { held, told } = account(spool);
      const acked = given.slice(0, 20);
      expect([...new Set([...acked, ...held, ...told])].sort()).toEqual([...given].sort());
      // The newest are there, the oldest are not.
      expect(held).toEqual(given.slice(-held.length));
      expect(held.length).toBeGreaterThan(150);
    } finally {
      spool.close();
      disk.remove();
    }
  });
});
