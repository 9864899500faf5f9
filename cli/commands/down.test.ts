import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runProgram } from '../program.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';

const LOCK = pathToFileURL(join(import.meta.dirname, '../../deploy/setup/file-lock.mjs')).href;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'muster-down-'));
});
afterEach(() => rmSync(home, { recursive: true }));

async function down(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = recordingOutput();
  const code = await runProgram(['down', '--home', home, ...options], output, {});
  return { code, stdout: output.stdout, stderr: output.stderr };
}

/** A process that holds the lock of the folder, as `muster up` does before it has a record. */
async function holdLock(onSignal: string): Promise<number> {
  mkdirSync(join(home, 'run'), { recursive: true });
  const script = `const { tryLock } = await import(${JSON.stringify(LOCK)});
    const { release } = tryLock(${JSON.stringify(join(home, 'run', 'up.lock'))});
    process.on('SIGTERM', () => { ${onSignal} });
    setInterval(() => undefined, 1000);
    console.log('held');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid as number;
}

it('says that nothing runs, and makes nothing', async () => {
  expect(await down()).toMatchObject({ code: 0, stdout: `nothing runs (${home})\n` });
  expect(JSON.parse((await down('--json')).stdout)).toEqual({ home, ended: false, parts: [] });
});

it('ends one that has only begun', async () => {
  const pid = await holdLock('release(); process.exit(0);');
  expect(await down()).toMatchObject({
    code: 0,
    stdout: `ended (${home}): no part ran yet\n`,
    stderr: `ending process ${pid} and its parts …\n`,
  });
});

it('says of one that does not end that it still runs', async () => {
  const pid = await holdLock('');
  try {
    const { code, stderr } = await down('--timeout', '1s');
    expect(code).toBe(1);
    expect(stderr).toContain(`process ${pid} has been asked to end and still runs after 1 s`);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});
