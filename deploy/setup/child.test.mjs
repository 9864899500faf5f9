import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runChild } from './child.mjs';

const HERE = import.meta.dirname;

test('the exit code is the program’s', async () => {
  expect(await runChild(process.execPath, ['-e', 'process.exit(7)'])).toBe(7);
});

test('one ended by a signal says so as a shell does', async () => {
  expect(await runChild(process.execPath, ['-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'])).toBe(143);
});

test('a program that does not start is named', async () => {
  await expect(runChild(join(HERE, 'no-such-program'), [])).rejects.toThrow(/no-such-program does not start/);
});

test('a signal to us reaches the program, and we wait until it has ended', async () => {
  const inner = `process.on('SIGTERM', () => { console.log('stopping'); setTimeout(() => process.exit(5), 50); }); console.log('up'); setInterval(() => {}, 1000);`;
  const outer = `const { runChild } = await import(${JSON.stringify(join(HERE, 'child.mjs'))}); process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}]);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', outer], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (text.includes('up')) child.kill('SIGTERM');
  });
  const code = await new Promise((done) => child.on('close', done));
  expect({ said, code }).toEqual({ said: 'up\nstopping\n', code: 5 });
});

test('where npm and its shell are ended, the program is ended too', async () => {
  const inner = `process.on('SIGTERM', () => { console.log('stopping'); process.exit(0); }); console.log('up', process.pid); setInterval(() => {}, 1000);`;
  const outer = `const { runChild } = await import(${JSON.stringify(join(HERE, 'child.mjs'))}); await runChild(process.execPath, ['-e', ${JSON.stringify(inner)}]);`;
  const env = { ...process.env, npm_lifecycle_event: 'start' };
  // As npm does: a shell of its own, which does not become the program.
  const npm = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, outer], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let said = '';
  npm.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (text.includes('up')) npm.kill('SIGKILL');
  });
  // The output ends with the last process that has it.
  await new Promise((done) => npm.stdout.on('end', done));
  expect(said).toMatch(/^up \d+\nstopping\n$/);
});

test('a program that something else started outlives it', async () => {
  const outer = `const { watchNpm } = await import(${JSON.stringify(join(HERE, 'child.mjs'))}); watchNpm({}, () => console.log('gone')); console.log('up'); setTimeout(() => console.log('alive'), 1200);`;
  const starter = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, outer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  starter.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (text.includes('up')) starter.kill('SIGKILL');
  });
  await new Promise((done) => starter.stdout.on('end', done));
  expect(said).toBe('up\nalive\n');
});
