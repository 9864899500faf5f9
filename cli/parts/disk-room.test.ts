import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { diskRoom, fullDisk, streamBytesFor } from './disk-room.ts';

const GIB = 1024 ** 3;

it('tells the room of a folder, and of none that is not there', () => {
  const room = diskRoom(tmpdir());
  expect(room?.totalBytes).toBeGreaterThan(0);
  expect(diskRoom('/nowhere/at/all')).toBeUndefined();
});

it('says that a disk is full, with what is left and that it goes on by itself', () => {
  expect(fullDisk('/state', { freeBytes: GIB, totalBytes: GIB })).toBeUndefined();
  expect(fullDisk('/state', { freeBytes: 5.5 * 1024 ** 2, totalBytes: GIB })).toBe(
    'the disk of /state has 5 MiB left: free some, it goes on by itself then',
  );
  expect(fullDisk('/nowhere/at/all')).toBeUndefined();
});

it('gives the stream its default where the disk has room for it, else a share of the disk', () => {
  const of = (totalBytes: number): number => streamBytesFor({ freeBytes: 0, totalBytes });
  expect([of(100 * GIB), of(10 * GIB), of(GIB / 10)]).toEqual([8 * GIB, 4 * GIB, 64 * 1024 ** 2]);
  expect(streamBytesFor(undefined)).toBe(8 * GIB);
});
