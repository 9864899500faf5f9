import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTarget } from '../fleet/fleet-target.ts';
import { runProgram } from '../program.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-context-'));
  env = { XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function muster(...argv: string[]): Promise<{ code: number; said: string }> {
  const output = recordingOutput();
  const code = await runProgram(argv, output, env);
  return { code, said: output.stdout + output.stderr };
}

const ADD = ['--gateway', 'gw.example:7443', '--ca-file', '/ca.crt', '--token-file', '/prod.token', '--tag', 'production', '--read-only'];

test('a context is added, chosen, asked, and forgotten', async () => {
  expect(await muster('context', 'add', 'prod', ...ADD)).toMatchObject({ code: 0 });
  const file = join(folder, 'muster', 'contexts.yaml');
  const readOnly = { context: 'prod', file };
  expect(findTarget({ context: 'prod' }, env)).toEqual({
    gateway: 'gw.example:7443',
    caFile: '/ca.crt',
    tokenFile: '/prod.token',
    readOnly,
  });
  expect(() => findTarget({}, env)).toThrow(/there is no Muster in .*: start one with muster up/);
  await muster('context', 'use', 'prod');
  expect(findTarget({}, env).gateway).toBe('gw.example:7443');
  expect((await muster('context', 'list')).said).toMatch(/\* +prod +gw.example:7443 +plum +read-only +production/);
  expect((await muster('context', 'list', '--json')).said).not.toContain('token');
  await muster('context', 'use', 'local');
  expect(() => findTarget({}, env)).toThrow(/there is no Muster/);
  expect(await muster('context', 'remove', 'prod')).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).not.toContain('prod');
});

test('a context that is not there, or not acceptable, is refused with what there is', async () => {
  await muster('context', 'add', 'prod', ...ADD);
  expect(await muster('context', 'use', 'prd')).toEqual({ code: 1, said: expect.stringContaining('did you mean prod?') });
  expect(await muster('context', 'add', 'prod', ...ADD)).toMatchObject({ code: 1 });
  expect(await muster('context', 'add', 'Bad Name', ...ADD)).toEqual({ code: 2, said: expect.stringContaining('a name has 1 to 40') });
  expect((await muster('nodes', '--context', 'prd')).said).toContain('there is no context prd');
});

test('a named state folder stands over the context in use', async () => {
  await muster('context', 'add', 'prod', ...ADD);
  await muster('context', 'use', 'prod');
  expect(() => findTarget({ home: join(folder, 'home') }, env)).toThrow(/there is no such folder/);
  expect(() => findTarget({}, { ...env, MUSTER_HOME: join(folder, 'home') })).toThrow(/there is no Muster in/);
});
