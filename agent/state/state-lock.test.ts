import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockStateFolder } from './state-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a second agent is told the process that holds the folder; a dead holder holds nothing', async () => {
  const program = `
    const { lockStateFolder } = await import(${JSON.stringify(new URL('./state-lock.ts', import.meta.url).href)});
    lockStateFolder(${JSON.stringify(folder)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(() => lockStateFolder(folder)).toThrow(`state folder ${folder} is locked by process ${holder.pid}`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = lockStateFolder(folder);
  expect(lock).toBeDefined();
  lock?.release();
});

test('a folder that cannot be made is not locked', () => {
  expect(lockStateFolder('/proc/no/such/place')).toBeUndefined();
});
