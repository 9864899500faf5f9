import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImportJobs, type ImportJobsOptions, UPLOADS } from './import-jobs.ts';

let folder: string;
let jobs: ImportJobs;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imports-'));
  jobs = new ImportJobs({ folder } as ImportJobsOptions);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what uploads of an earlier process have left is removed at the start, and nothing else', async () => {
  mkdirSync(join(folder, UPLOADS, 'left'), { recursive: true });
  writeFileSync(join(folder, UPLOADS, 'left', 'half.csv'), 'time');
  writeFileSync(join(folder, 'kept.csv'), 'time');
  await jobs.start();
  expect([existsSync(join(folder, UPLOADS)), existsSync(join(folder, 'kept.csv'))]).toEqual([false, true]);
});

test('files that are on their way count as imports', () => {
  const places = Array.from({ length: 4 }, () => jobs.takePlace());
  expect(() => jobs.takePlace()).toThrow('4 imports run, at most 4 may');
  places[0]?.();
  places[0]?.();
  jobs.takePlace();
  expect(() => jobs.takePlace()).toThrow('4 imports run');
});
