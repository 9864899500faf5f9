import { expect, test } from 'vitest';
import { Access, cookieValue, isOwnHost, isOwnOrigin } from './access.ts';

test('the one-time token opens once and is renewed', () => {
  const access = new Access();
  const token = access.oneTimeToken;
  expect(access.redeem('guessed')).toBeUndefined();
  expect(access.oneTimeToken).toBe(token);
  const session = access.redeem(token);
  expect(session).toMatch(/^[\w-]{32}$/);
  expect(access.redeem(token)).toBeUndefined();
  expect(access.oneTimeToken).not.toBe(token);
  expect(access.hasSession(`a=b; muster_console_1=${session}`, 'muster_console_1')).toBe(true);
  expect(access.hasSession(`muster_console_2=${session}`, 'muster_console_1')).toBe(false);
  expect(access.hasSession(undefined, 'muster_console_1')).toBe(false);
});

test('sessions are bounded: the oldest ends first', () => {
  const access = new Access();
  const first = access.redeem(access.oneTimeToken);
  for (let i = 0; i < 64; i++) access.redeem(access.oneTimeToken);
  expect(access.hasSession(`c=${first}`, 'c')).toBe(false);
});

test.each(['127.0.0.1:7444', 'localhost:7444'])('%s is ours', (host) => {
  expect(isOwnHost(host, 7444)).toBe(true);
  expect(isOwnOrigin(`http://${host}`, host, 7444)).toBe(true);
});

test.each([undefined, '', '127.0.0.1', '127.0.0.1:80', 'evil.example:7444', '127.0.0.1:7444.evil.example', 'localhost:7444@evil.example'])(
  'host %s is not ours',
  (host) => {
    expect(isOwnHost(host, 7444)).toBe(false);
  },
);

test.each([undefined, 'null', 'http://evil.example', 'https://127.0.0.1:7444', 'http://localhost:7444', 'http://127.0.0.1:7444/'])(
  'origin %s is not ours',
  (origin) => {
    expect(isOwnOrigin(origin, '127.0.0.1:7444', 7444)).toBe(false);
  },
);

test('a cookie is found by its whole name', () => {
  expect(cookieValue('xmuster=1; muster=2;other', 'muster')).toBe('2');
  expect(cookieValue('=1', 'muster')).toBeUndefined();
});
