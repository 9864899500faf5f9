import { expect, test } from 'vitest';
import { Access, cookieValue, isOwnHost, isOwnOrigin, type Session } from './access.ts';

const cookie = (session: Session | undefined): string => `a=b; c=${session?.secret}`;

test('the one-time token opens once and is renewed', () => {
  const access = new Access();
  const token = access.oneTimeToken;
  expect(access.redeem('guessed')).toBeUndefined();
  expect(access.oneTimeToken).toBe(token);
  const session = access.redeem(token);
  expect(session).toEqual({ ...session, path: expect.stringMatching(/^\/s\/[\w-]{32}\/$/), secret: expect.stringMatching(/^[\w-]{32}$/) });
  expect(access.redeem(token)).toBeUndefined();
  expect(access.oneTimeToken).not.toBe(token);
});

test('a session counts below its own path alone, with its own cookie', () => {
  const access = new Access();
  const [own, other] = [access.redeem(access.oneTimeToken), access.redeem(access.oneTimeToken)];
  expect(access.sessionAt(`${own?.path}socket`, cookie(own), 'c')).toBe(own);
  expect(access.sessionAt('/socket', cookie(own), 'c')).toBeUndefined();
  expect(access.sessionAt(`${own?.path}socket`, cookie(other), 'c')).toBeUndefined();
  expect(access.sessionAt(`${own?.path}socket`, cookie(own), 'd')).toBeUndefined();
  expect(access.sessionAt(`${own?.path}socket`, undefined, 'c')).toBeUndefined();
});

test('sessions are bounded: the oldest without an open page ends first', () => {
  const access = new Access();
  const [held, first] = [access.redeem(access.oneTimeToken), access.redeem(access.oneTimeToken)];
  access.hold(held as Session);
  for (let i = 0; i < 63; i++) access.redeem(access.oneTimeToken);
  expect(access.sessionAt(first?.path ?? '', cookie(first), 'c')).toBeUndefined();
  expect(access.sessionAt(held?.path ?? '', cookie(held), 'c')).toBe(held);
});

test('a session that nobody used for half a day has ended, and every one after a week', () => {
  const clock = { ms: 1_000_000 };
  const access = new Access(() => clock.ms);
  const session = access.redeem(access.oneTimeToken) as Session;
  clock.ms += 11 * 3_600_000;
  expect(access.sessionAt(session.path, cookie(session), 'c')).toBe(session);
  const release = access.hold(session);
  clock.ms += 30 * 3_600_000;
  expect(access.isOpen(session)).toBe(true);
  release();
  clock.ms += 13 * 3_600_000;
  expect(access.isOpen(session)).toBe(false);
  const other = access.redeem(access.oneTimeToken) as Session;
  access.hold(other);
  clock.ms += 8 * 86_400_000;
  expect(access.isOpen(other)).toBe(false);
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
