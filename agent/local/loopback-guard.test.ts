import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadToken, refusalOf, tokenPath } from './loopback-guard.ts';

const TOKEN = 't'.repeat(43);
const GOOD = { host: '127.0.0.1:7788', authorization: `Bearer ${TOKEN}` };

test.each([
  ['with host and token', GOOD, undefined],
  ['by name', { ...GOOD, host: 'localhost:7788' }, undefined],
  ['from its own origin', { ...GOOD, origin: 'http://127.0.0.1:7788' }, undefined],
  ['without a token', { host: GOOD.host }, 401],
  ['with a longer token', { ...GOOD, authorization: `Bearer ${TOKEN}t` }, 401],
  ['by a name that was pointed here', { ...GOOD, host: 'evil.example:7788' }, 421],
  ['without a host', { authorization: GOOD.authorization }, 421],
  ['from a page elsewhere', { ...GOOD, origin: 'https://evil.example' }, 403],
  ['from a page of another port', { ...GOOD, origin: 'http://127.0.0.1:80' }, 403],
  ['from a sandboxed page', { ...GOOD, origin: 'null' }, 403],
])('a request %s is answered as it should be', (_, headers, status) => {
  expect(refusalOf(headers, 7788, TOKEN)?.status).toBe(status);
});

test('the token is made once, for its owner alone; an emptied file gets a new one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-token-'));
  const token = loadToken(folder);
  expect(token.length).toBeGreaterThan(40);
  expect(loadToken(folder)).toBe(token);
  expect(statSync(tokenPath(folder)).mode & 0o777).toBe(0o600);
  writeFileSync(tokenPath(folder), '\n');
  expect(loadToken(folder)).not.toBe(token);
  rmSync(folder, { recursive: true });
});

test('a WebSocket may bring the token as a protocol, from any page that knows it', () => {
  const page = { host: '127.0.0.1:7788', origin: 'null', 'sec-websocket-protocol': `muster.live, muster.token.${TOKEN}` };
  expect(refusalOf(page, 7788, TOKEN, true)).toBeUndefined();
  expect(refusalOf(page, 7788, TOKEN)?.status).toBe(403);
  expect(refusalOf({ ...page, 'sec-websocket-protocol': 'muster.live, muster.token.wrong' }, 7788, TOKEN, true)?.status).toBe(403);
  expect(refusalOf({ ...page, host: 'evil.example' }, 7788, TOKEN, true)?.status).toBe(421);
});
