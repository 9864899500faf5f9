import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const MODULE = new URL('./program.ts', import.meta.url).href;
const PROGRAM = `
  import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
  import { runProgram } from ${JSON.stringify(MODULE)};
  await runProgram({
    part: 'probe',
    headline: 'probe: for its test',
    declaration: { fails: { type: z.string().default('not'), help: 'How it fails.' } },
    argv: process.argv.slice(1),
    async run({ fails }) {
      if (fails !== 'not') throw Object.assign(new Error('it cannot'), { code: fails });
      const alive = setInterval(() => undefined, 1000);
      return { ready: { port: 7 }, async stop(signal) { clearInterval(alive); process.stdout.write(signal); } };
    },
  });`;

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', ...args]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    said.out += bytes;
  });
  child.stderr.on('data', (bytes: Buffer) => {
    said.err += bytes;
  });
  return { child, said, closed: once(child, 'close') };
}

it('says that it is ready, and ends in order at a signal', async () => {
  const { child, said, closed } = start();
  await expect.poll(() => said.out).toBe('{"ready":true,"part":"probe","port":7}\n');
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(said.out).toMatch(/SIGTERM$/);
});

it('--help shows the headline and the settings', async () => {
  const { said, closed } = start('--help');
  expect(await closed).toEqual([0, null]);
  expect(said.out).toMatch(/^probe: for its test\n.*--fails/s);
});

it('a setting that is not there and a failed start end it with one sentence', async () => {
  const wrong = start('--fail=x');
  expect(await wrong.closed).toEqual([2, null]);
  expect(wrong.said.err).toMatch(/^[^\n]*fail[^\n]*\n/);
  const failed = start('--fails=internal');
  expect(await failed.closed).toEqual([1, null]);
  expect(failed.said.err).toBe('it cannot\n');
});
