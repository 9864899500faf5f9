import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { addContext, useContext } from '../../core/node/contexts.ts';
import { loadMainConfig } from './config.ts';
import { firstContext } from './first-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-main-'));
const file = join(folder, 'contexts.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('our flags are read among Electron’s own arguments', () => {
  const argv = ['--no-sandbox', '/app', '--gateway=[::1]:7443', '--ca-file', '/ca.crt', '--inspect=0', '--token-file', '/token'];
  expect(loadMainConfig(argv, {})).toMatchObject({ gateway: '[::1]:7443', caFile: '/ca.crt', tokenFile: '/token' });
});

test('variables fill what flags leave out; a feed must be https', () => {
  const env = { MUSTER_CONSOLE_CA_FILE: '/ca.crt', MUSTER_CONSOLE_TOKEN_FILE: '/token' };
  expect(loadMainConfig([], env)).toMatchObject({ gateway: '', caFile: '/ca.crt' });
  expect(() => loadMainConfig(['--update-feed=http://x/'], {})).toThrow(/an https address/);
});

test('a gateway needs its files, and stands over contexts', () => {
  const config = loadMainConfig(['--gateway=a:1', '--ca-file=/ca', '--token-file=/token'], {});
  expect(firstContext(config, file)).toMatchObject({ name: 'a:1', gateway: 'a:1', tokenFile: '/token', readOnly: false });
  expect(() => firstContext(loadMainConfig(['--gateway=a:1'], {}), file)).toThrow(/a:1 needs --ca-file and --token-file/);
});

test('without a gateway it is the context named, else the one in use; with none it says how to add one', () => {
  expect(() => firstContext(loadMainConfig([], {}), file)).toThrow(/no gateway is known: add one with muster context add/);
  addContext(file, { name: 'prod', gateway: 'p:1', caFile: '/ca', tokenFile: '/token', readOnly: true });
  addContext(file, { name: 'lab', gateway: 'l:1', caFile: '/ca', tokenFile: '/token' });
  expect(firstContext(loadMainConfig(['--context=prod'], {}), file)).toMatchObject({ name: 'prod', readOnly: true });
  expect(() => firstContext(loadMainConfig([], {}), file)).toThrow(/choose one with muster context use/);
  useContext(file, 'lab');
  expect(firstContext(loadMainConfig([], {}), file).name).toBe('lab');
});
