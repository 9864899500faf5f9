import { describe, expect, it } from 'vitest';
import { HOST, readArguments, UNIT, wholeNumber, yesOrNo } from './argument-rules.ts';

describe('what could be an option or the words of a shell is refused', () => {
  it.each(['-f', '--help', '; rm -rf /', 'a b', '$(id)', '`id`', 'a\nb', "a'b", '', 'x'.repeat(254), 'a|b', 'ü', '../etc'])(
    'host %j',
    (text) => {
      expect(HOST.read(text)).toBeUndefined();
    },
  );
  it.each(['-u', '--root=/', 'a b', 'a;b', 'a/b', '*', '', 'a\n'])('unit %j', (text) => {
    expect(UNIT.read(text)).toBeUndefined();
  });
});

it.each(['10.0.0.7', '::1', 'fe80::1%eth0', 'localhost', 'db-1.example.com', '_dmarc.example.com'])('host %s is taken', (text) => {
  expect(HOST.read(text)).toBe(text);
});

it.each(['nginx', 'nginx.service', 'getty@tty1.service', 'dbus-org.freedesktop.timedate1.service'])('unit %s is taken', (text) => {
  expect(UNIT.read(text)).toBe(text);
});

it('says what is missing, unknown or wrong', () => {
  const rules = { host: HOST, count: wholeNumber(1, 20, 4), follow: yesOrNo(false) };
  expect(readArguments('ping', rules, { host: '::1' })).toEqual({ host: '::1', count: 4, follow: false });
  const refuse = (given: Record<string, string>): void => void readArguments('ping', rules, given);
  expect(() => refuse({})).toThrow('ping needs the argument host: a host name or an IP address');
  expect(() => refuse({ host: 'a', size: '1' })).toThrow('ping has no argument "size": it takes host, count, follow');
  expect(() => refuse({ host: 'a', count: '21' })).toThrow('count is "21": a whole number from 1 to 20 is needed');
  expect(() => refuse({ host: 'a', count: '1e1' })).toThrow('count is "1e1"');
  expect(() => refuse({ host: 'a', toString: 'x' })).toThrow('ping has no argument "toString"');
  expect(() => refuse({ host: '; rm -rf /' })).toThrow('host is "; rm -rf /": a host name or an IP address is needed');
});
