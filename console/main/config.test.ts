import { expect, test } from 'vitest';
import { loadMainConfig } from './config.ts';

test('our flags are read among Electron’s own arguments', () => {
  const argv = ['--no-sandbox', '/app', '--gateway=[::1]:7443', '--ca-file', '/ca.crt', '--inspect=0', '--token-file', '/token'];
  expect(loadMainConfig(argv, {})).toEqual({ gateway: '[::1]:7443', caFile: '/ca.crt', tokenFile: '/token' });
});

test('variables fill what flags leave out; what is missing is named', () => {
  const env = { MUSTER_CONSOLE_CA_FILE: '/ca.crt', MUSTER_CONSOLE_TOKEN_FILE: '/token' };
  expect(loadMainConfig([], env)).toMatchObject({ gateway: '127.0.0.1:7443', caFile: '/ca.crt' });
  expect(() => loadMainConfig([], {})).toThrow(/caFile is missing: set --ca-file/);
});
