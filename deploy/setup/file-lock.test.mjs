import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, lockHolder, tryLock } from './file-lock.mjs';
import { startMark } from './process-mark.mjs';

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

test('a lock whose owner is gone is taken over, also where another process has its id now', async () => {
  const path = join(folder, 'lock');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const abandoned = [
    // The id of an older version alone; 1 is always in use.
    ...['1', String(pid), '', 'half a reco'],
    JSON.stringify({ pid, startMark: '1@boot', id: '0123456789abcdef' }),
    JSON.stringify({ pid: 1, startMark: '1@of-another-boot', id: '0123456789abcdef' }),
    JSON.stringify({ pid: process.pid, startMark: 'long ago' }),
  ];
  for (const text of abandoned) {
    writeFileSync(path, text);
    await (await acquireLock(path))();
    expect(readdirSync(folder), text).toEqual([]);
  }
});

test('what one that died on the way left is passed over and removed', async () => {
  const path = join(folder, 'lock');
  writeFileSync(path, JSON.stringify({ pid: 1, startMark: 'a', id: '0123456789abcdef' }));
  writeFileSync(`${path}.after-0123456789abcdef`, JSON.stringify({ pid: 1, startMark: 'b', id: 'fedcba9876543210' }));
  await (await acquireLock(path))();
  expect(readdirSync(folder)).toEqual([]);
});

test('a mark without a boot, as older versions made it, still names its process', () => {
  const path = join(folder, 'lock');
  const [ticks] = String(startMark(process.pid)).split('@');
  writeFileSync(path, JSON.stringify({ pid: process.pid, startMark: ticks }));
  expect(lockHolder(path)).toBe(process.pid);
  expect(tryLock(path)).toEqual({ heldBy: process.pid });
});

/** Each takes the lock over and over and leaves it abandoned now and then, as a kill does; what is inside is noted in a file for itself. */
const CONTENDER = `
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
const [, , module, path, rounds] = process.argv;
const { tryLock } = await import(module);
let taken = 0;
for (const end = Date.now() + 20_000; taken < Number(rounds) && Date.now() < end; ) {
  const outcome = tryLock(path);
  if (!('release' in outcome)) continue;
  taken += 1;
  // Fails where another is inside.
  closeSync(openSync(path + '.inside', 'wx'));
  rmSync(path + '.inside');
  if (taken % 2 === 0) {
    outcome.release();
  } else {
    const id = Math.random().toString(16).slice(2).padEnd(16, '0').slice(0, 16);
    // At once, as a death is: the content of a lock never changes.
    writeFileSync(path + '.' + process.pid, JSON.stringify({ pid: 1, startMark: 'gone', id }));
    renameSync(path + '.' + process.pid, path);
  }
}
console.log(taken);
`;

test('of several that find a lock abandoned at once, one has it', { timeout: 60_000 }, async () => {
  const script = join(folder, 'contender.mjs');
  writeFileSync(script, CONTENDER);
  const module = new URL('./file-lock.mjs', import.meta.url).href;
  const path = join(folder, 'lock');
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, [script, module, path, '150'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stdout.on('data', (piece) => (said += piece));
      child.stderr.on('data', (piece) => (said += piece));
      await new Promise((done) => child.once('close', done));
      return said.trim();
    }),
  );
  expect(outcomes).toEqual(['150', '150', '150', '150']);
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
