import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addContext, contextsFile } from '../../core/node/contexts.ts';
import { UploadClient } from '../import/upload-client.ts';
import { runProgram } from '../program.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';
import { findTarget } from './fleet-target.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-read-only-'));
  env = { XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
  for (const name of ['ca.crt', 'token']) writeFileSync(join(folder, name), 'text\n');
  // Nobody listens there: what is refused is refused before it is asked.
  const target = { gateway: '127.0.0.1:1', caFile: join(folder, 'ca.crt'), tokenFile: join(folder, 'token') };
  addContext(contextsFile(env), { name: 'prod', ...target, readOnly: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['removing a node', ['nodes', 'remove', 'web-1']],
  ['changing labels', ['nodes', 'label', 'web-1', 'city=Accra']],
  ['running a command on a node', ['run', 'web-1', 'process_list']],
  ['making a token', ['token', 'create', '--join']],
  ['a smoke test, which writes some rows,', ['smoke']],
  ['a scenario', ['simulate', '--scenario', 'probes']],
  ['a simulated fleet', ['simulate']],
])('%s is refused with the context and what to do', async (change, argv) => {
  const output = recordingOutput();
  expect(await runProgram([...argv, '--context', 'prod'], output, env)).toBe(1);
  expect(output.stderr).toBe(
    `muster: ${change} is refused, because the context prod is read-only: name another with --context, or set its readOnly to false in ${contextsFile(env)}\n`,
  );
});

test('an import is refused; what only reads asks the gateway, and a gateway named in full has no context', async () => {
  expect(() => new UploadClient(findTarget({ context: 'prod' }, env), () => undefined)).toThrow(/an import is refused/);
  const output = recordingOutput();
  expect(await runProgram(['nodes', '--context', 'prod'], output, env)).toBe(69);
  expect(output.stderr).toContain('cannot be reached');
  const named = { gateway: '127.0.0.1:1', caFile: join(folder, 'ca.crt'), tokenFile: join(folder, 'token') };
  expect(findTarget({ context: 'prod', ...named }, env)).toEqual(named);
});
