import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { FilesystemStats } from '../host/statfs/statfs-process.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createFilesystemCollector, parseMounts, toFilesystemRow } from './filesystem.ts';

const PROC = fileURLToPath(new URL('../../test/fixtures/proc', import.meta.url));
const STATS = { bsize: 4096, frsize: 4096, blocks: 1000, bfree: 500, bavail: 300, files: 100, ffree: 75 };

/** One tick with answers from aside: what it gives and says. */
async function collect(answer: () => Promise<FilesystemStats>): Promise<{ mounts: (string | undefined)[]; problems: readonly string[] }> {
  const collector = createFilesystemCollector({ proc: PROC, sys: '' }, undefined, () => ({ ask: answer }));
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15);
  await collector.collect(builder, { timeUs: 1e15, monotonicMs: 1000 });
  collector.close();
  return { mounts: builder.take()?.series.map(([mount]) => mount) ?? [], problems: builder.problems };
}

test('mounts that hold data, each once, with their names unescaped', () => {
  expect(parseMounts(readFileSync(`${PROC}/mounts`))).toMatchObject([
    { device: '/dev/vda', mount: '/', fstype: 'ext4', remote: false },
    { device: 'server:/export', mount: '/mnt/nfs', fstype: 'nfs4', remote: true },
    { device: '/dev/vdb1', mount: '/data disk', fstype: 'xfs', remote: false },
  ]);
});

test('the share is of what users may have, as df says', () => {
  expect(toFilesystemRow(STATS)).toEqual([4_096_000, 2_048_000, 1_228_800, 62.5, 100, 25, 25]);
});

test('blocks are of the size of a fragment, not of the best size to read', () => {
  const [total] = toFilesystemRow({ ...STATS, bsize: 1_048_576, blocks: 120_699_413 });
  expect(total).toBe(494_384_795_648);
  // A kernel that does not tell it.
  expect(toFilesystemRow({ ...STATS, frsize: 0 })[0]).toBe(4_096_000);
});

test('one that does not answer costs its own row and is named', async () => {
  const { mounts, problems } = await collect(async () => {
    throw new MusterError('deadline_exceeded', 'does not answer');
  });
  expect(mounts).toEqual(['/']);
  expect(problems).toEqual(['/mnt/nfs (nfs4 from server:/export) does not answer']);
});

test('what is not ours to see is no fault, whatever else fails is told with its words', async () => {
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(`${code}: words`), { code }));
  expect((await collect(failing('EACCES'))).problems).toEqual([]);
  expect((await collect(failing('ENOTCONN'))).problems).toEqual([
    '/mnt/nfs (nfs4 from server:/export) cannot be measured: ENOTCONN: words',
  ]);
});

test('a file system without blocks holds nothing', async () => {
  expect((await collect(async () => STATS)).mounts).toContain('/mnt/nfs');
  expect((await collect(async () => ({ ...STATS, blocks: 0 }))).mounts).not.toContain('/mnt/nfs');
});
