import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startMark } from '../process/process-info.ts';
import { endLeftovers } from './leftovers.ts';
import { lockOwner, takeLock } from './up-lock.ts';

let lockFile: string;
beforeEach(() => {
  lockFile = join(mkdtempSync(join(tmpdir(), 'muster-lock-')), 'up.lock');
});
afterEach(() => rmSync(dirname(lockFile), { recursive: true }));

it('is held once, names its process, and can be taken again when given back', () => {
  const release = takeLock(lockFile, '/home/m');
  expect(lockOwner(lockFile)).toBe(process.pid);
  expect(() => takeLock(lockFile, '/home/m')).toThrow(
    `state folder /home/m is in use by process ${process.pid}: end that one or choose another with --home`,
  );
  release();
  expect(lockOwner(lockFile)).toBeUndefined();
  takeLock(lockFile, '/home/m')();
  expect(readdirSync(dirname(lockFile))).toEqual([]);
});

it('is taken over from a process that is gone, also where another has its id now', () => {
  writeFileSync(lockFile, JSON.stringify({ pid: process.pid, startMark: 'long ago' }));
  takeLock(lockFile, '/home/m')();
  writeFileSync(lockFile, 'half a reco');
  takeLock(lockFile, '/home/m')();
  expect(existsSync(lockFile)).toBe(false);
});

it('ends the processes that a killed supervisor left, and no other', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const pid = child.pid ?? 0;
  const upFile = join(dirname(lockFile), 'up.json');
  const parts = [
    { name: 'gateway', pid, startMark: startMark(pid) },
    { name: 'etl', pid: process.pid, startMark: 'of an earlier process with this id' },
    { name: 'agent', pid: 0, startMark: '' },
  ];
  writeFileSync(upFile, JSON.stringify({ parts }));
  expect(await endLeftovers(upFile)).toEqual(['gateway']);
  expect(await ended).toBe('SIGTERM');
  expect(await endLeftovers(join(dirname(lockFile), 'absent.json'))).toEqual([]);
});

it('names a process that no signal ends, and waits for it no longer', async () => {
  // It leads no group, so that the signals for its group reach nobody.
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const upFile = join(dirname(lockFile), 'up.json');
  writeFileSync(upFile, JSON.stringify({ parts: [{ name: 'etl', pid, startMark: startMark(pid) }] }));
  await expect(endLeftovers(upFile, 0, 0)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`etl (process ${pid})`),
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
});
