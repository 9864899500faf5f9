import { readFileSync, type StatsFs } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameBuilder } from '../frame-builder.ts';
import { createFilesystemCollector, parseMounts, toFilesystemRow } from './filesystem.ts';

const PROC = fileURLToPath(new URL('../../test/fixtures/proc', import.meta.url));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('mounts that hold data, each once, with their names unescaped', () => {
  expect(parseMounts(readFileSync(`${PROC}/mounts`))).toEqual([
    { device: '/dev/vda', mount: '/', fstype: 'ext4', remote: false },
    { device: 'server:/export', mount: '/mnt/nfs', fstype: 'nfs4', remote: true },
    { device: '/dev/vdb1', mount: '/data disk', fstype: 'xfs', remote: false },
  ]);
});

test('the share is of what users may have, as df says', () => {
  const row = toFilesystemRow({ bsize: 4096, blocks: 1000, bfree: 500, bavail: 300, files: 100, ffree: 75 });
  expect(row).toEqual([4_096_000, 2_048_000, 1_228_800, 62.5, 100, 25, 25]);
});

test('a server that does not answer holds nobody, is said, and is not asked twice', async () => {
  let asked = 0;
  const never = (): Promise<StatsFs> => {
    asked++;
    return new Promise(() => undefined);
  };
  const collector = createFilesystemCollector({ proc: PROC, sys: '' }, never as never);
  const builder = new FrameBuilder(collector);
  for (const monotonicMs of [1000, 4000]) {
    builder.beginTick(monotonicMs * 1000);
    const run = collector.collect(builder, { timeUs: monotonicMs * 1000, monotonicMs });
    await vi.advanceTimersByTimeAsync(1500);
    await run;
    expect(builder.problems).toEqual(['/mnt/nfs (nfs4 from server:/export) does not answer']);
  }
  expect(asked).toBe(1);
  expect(builder.take()?.series.map(([mount]) => mount)).toContain('/');
});
