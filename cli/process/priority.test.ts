import { spawn } from 'node:child_process';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { giveWay } from './priority.ts';

it('lets a process give way, and takes one that is gone as it is', async () => {
  const child = spawn('/bin/sh', ['-c', 'exec sleep 600'], { stdio: 'ignore' });
  const pid = child.pid as number;
  giveWay(pid, 7);
  expect(getPriority(pid)).toBe(7);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(() => giveWay(pid, 9)).not.toThrow();
});
