import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MODULE = new URL('./faults.ts', import.meta.url).href;

async function run(source: string): Promise<{ stdout: string; code: number }> {
  const program = `import { fault, tellFaults } from ${JSON.stringify(MODULE)};\n${source}`;
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  return child.then(
    ({ stdout }) => ({ stdout, code: 0 }),
    ({ stdout, code }: { stdout: string; code: number }) => ({ stdout, code }),
  );
}

test('a rejection that nobody handles is told, and the process goes on', async () => {
  const source = `
    tellFaults((error) => { console.log('told', error.message); throw new Error('the log is full'); });
    Promise.reject(new Error('one'));
    (async () => { throw new Error('two'); })().catch(fault);
    setTimeout(() => console.log('alive'), 50);`;
  expect(await run(source)).toEqual({ stdout: 'told two\ntold one\nalive\n', code: 0 });
});

test('an exception that nobody catches ends it as before', async () => {
  const { code, stdout } = await run(
    `tellFaults(() => {}); setTimeout(() => console.log('alive'), 50); setTimeout(() => { throw new Error('x'); }, 1);`,
  );
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

test('whoever does not listen still sees a fault, and goes on', async () => {
  expect(await run(`Promise.reject(new Error('x')).catch(fault); setTimeout(() => console.log('alive'), 20);`)).toEqual({
    stdout: 'alive\n',
    code: 0,
  });
});
