import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImportJobs, type ImportJobsOptions, UPLOADS } from './import-jobs.ts';

let folder: string;
let jobs: ImportJobs;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imports-'));
  jobs = new ImportJobs({ folder, gateway: 'a' } as ImportJobsOptions);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what uploads of an earlier process have left is removed at the start, and nothing else', async () => {
  const other = new ImportJobs({ folder, gateway: 'b' } as ImportJobsOptions);
  const [left, underWay] = [jobs.uploadFolder(), other.uploadFolder()].map((path) => join(folder, path)) as [string, string];
  const forgotten = join(folder, UPLOADS, 'of a gateway that is gone');
  for (const path of [left, underWay, forgotten]) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'half.csv'), 'time');
  }
  utimesSync(forgotten, 0, 0);
  writeFileSync(join(folder, 'kept.csv'), 'time');
  await jobs.start();
  expect([left, forgotten, underWay, join(folder, 'kept.csv')].map((path) => existsSync(path))).toEqual([false, false, true, true]);
});

test('a folder without uploads is left as it is', async () => {
  await jobs.start();
  expect(readdirSync(folder)).toEqual([]);
});

test('files that are on their way count as imports', () => {
  const places = Array.from({ length: 4 }, () => jobs.takePlace());
  expect(() => jobs.takePlace()).toThrow('4 imports run, at most 4 may');
  places[0]?.();
  places[0]?.();
  jobs.takePlace();
  expect(() => jobs.takePlace()).toThrow('4 imports run');
});
