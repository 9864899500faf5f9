import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from './file-lock.mjs';

/** @type {string} */
let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the second waits for the first, and is told whom it waits for', async () => {
  const path = join(folder, 'lock');
  const release = await acquireLock(path);
  /** @type {string[]} */
  const order = [];
  const second = acquireLock(path, (owner) => {
    order.push(`waits for ${owner === process.pid}`);
    void release().then(() => order.push('released'));
  });
  await (await second)();
  expect(order).toEqual(['waits for true', 'released']);
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock whose owner is gone is taken over', async () => {
  const path = join(folder, 'lock');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, String(pid));
  await (await acquireLock(path))();
  expect(readdirSync(folder)).toEqual([]);
});

test('of many at once each has it alone', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const release = await acquireLock(join(folder, 'lock'));
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setImmediate(done));
      inside -= 1;
      await release();
    }),
  );
  expect(most).toBe(1);
});
