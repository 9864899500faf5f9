import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spoolRoom } from './spool-room.ts';

const MIB = 1024 ** 2;

test('a spool that may grow beyond its disk is a problem, with what to do', () => {
  expect(spoolRoom('/state', 256 * MIB, 0, 512 * MIB).problem).toBe('');
  expect(spoolRoom('/state', 256 * MIB, 200 * MIB, 100 * MIB).problem).toBe('');
  expect(spoolRoom('/state', 256 * MIB, 0, null).problem).toBe('');
  expect(spoolRoom('/state', 256 * MIB, 0, 100 * MIB).problem).toMatch(
    /^the spool may grow by .*, and the disk of \/state has .* left: free space, or lower spoolMaxBytes$/,
  );
});

test('of a folder that is not there yet the disk is told all the same', () => {
  expect(spoolRoom(join(tmpdir(), 'none', 'below'), 1, 0).freeBytes).toBeGreaterThan(0);
});
