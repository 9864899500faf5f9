import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addContext, contextsFile } from '../../core/node/contexts.ts';
import { contextOf } from './config.ts';

const GATEWAY = { context: '', gateway: 'a:1', caFile: '', tokenFile: '' };

test('a context is held to what its file allows; a gateway needs its files', () => {
  const env = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'muster-web-')) };
  addContext(contextsFile(env), { name: 'prod', gateway: 'p:1', caFile: '/ca', tokenFile: '/token', readOnly: true });
  expect(contextOf({ ...GATEWAY, context: 'prod' }, env)).toMatchObject({ gateway: 'p:1', readOnly: true });
  expect(contextOf({ ...GATEWAY, caFile: '/ca', tokenFile: '/t' }, env)).toMatchObject({ name: 'a:1', tokenFile: '/t', readOnly: false });
  expect(() => contextOf(GATEWAY, env)).toThrow(/a:1 needs --ca-file and --token-file/);
  expect(() => contextOf({ ...GATEWAY, context: 'lab' }, env)).toThrow(/there is no context lab/);
  rmSync(env.XDG_CONFIG_HOME, { recursive: true });
});
