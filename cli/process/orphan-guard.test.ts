import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { startOrphanGuard } from './orphan-guard.ts';
import { isAlive, residentBytes, startMark } from './process-info.ts';

function startSleeper(): { pid: number; ended: Promise<NodeJS.Signals | null> } {
  const child = spawn('/bin/sh', ['-c', 'exec sleep 600'], { detached: true, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  return { pid: child.pid ?? 0, ended };
}

it('ends what is on its list when its pipe closes, and leaves what was removed', async () => {
  const guard = startOrphanGuard();
  const [first, kept, last] = [startSleeper(), startSleeper(), startSleeper()];
  for (const { pid } of [first, kept, last]) guard.add(pid);
  guard.remove(kept.pid);
  guard.close();
  expect(await Promise.all([first.ended, last.ended])).toEqual(['SIGTERM', 'SIGTERM']);
  expect(isAlive(kept.pid)).toBe(true);
  process.kill(kept.pid, 'SIGKILL');
  expect(await kept.ended).toBe('SIGKILL');
});

it('ends the children of a launcher that was killed', async () => {
  const script = `
    const { startChild } = await import(${JSON.stringify(new URL('./child.ts', import.meta.url).href)});
    const child = startChild({ name: 'sleeper', command: 'sleep', args: ['600'], folders: [], files: [], readiness: { kind: 'started' } }, '/dev/null');
    console.log(child.pid);`;
  const launcher = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => launcher.stdout.once('data', (text) => resolve(Number(text))));
  const mark = startMark(pid);
  expect(mark).toBeDefined();
  expect(residentBytes(pid)).toBeGreaterThan(10_000);
  launcher.kill('SIGKILL');
  await expect.poll(() => startMark(pid), { timeout: 10_000, interval: 20 }).toBeUndefined();
});
