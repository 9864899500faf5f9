import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { requestPath } from './request-path.ts';

const taken = (url: string): [string, string] | undefined => {
  const found = requestPath({ url });
  return found && [found.path, found.query.toString()];
};

test.each([
  ['/', ['/', '']],
  ['/api/metrics?node=a&last=1h', ['/api/metrics', 'node=a&last=1h']],
  ['/a?b?c=d', ['/a', 'b%3Fc=d']],
  ['/a?', ['/a', '']],
  ['/a//b', ['/a//b', '']],
  ['/../etc/passwd', ['/../etc/passwd', '']],
  ['/%', ['/%', '']],
  ['/a?x=%&y=%zz&z=%C3%A9', ['/a', 'x=%25&y=%25zz&z=%C3%A9']],
  ['/a?node=\u00c3\u00a9', ['/a', 'node=%C3%A9']],
  ['http://gateway:7443/healthz', ['/healthz', '']],
  ['HTTPS://gateway?x=1', ['/', 'x=1']],
  ['http://[::1]:80/a', ['/a', '']],
])('the target %j is %j', (url, expected) => {
  expect(taken(url)).toEqual(expected);
});

test.each([
  ['//'],
  ['///'],
  ['//['],
  ['//host/path'],
  ['http://['],
  ['http://[/a'],
  ['http://]/a'],
  ['http://'],
  ['http:///a'],
  ['http://a//'],
  ['ftp://a/b'],
  ['*'],
  [''],
  ['?'],
  ['?a=b'],
  ['a'],
  ['host:443'],
  ['/a b'],
  ['/\0'],
  ['/a\x7f'],
  [`/${'a'.repeat(70_000)}`],
])('the target %j names no place', (url) => {
  expect(requestPath({ url })).toBeUndefined();
});

describe('whatever is sent', () => {
  it('has a path that begins with one slash, or none', () => {
    const target = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom('/', '[', ']', '%', '?', '#', ':', '@', '*', 'a', '\\', '\xff', ' ', '.', 'http://'),
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(target, (url) => {
        const found = requestPath({ url });
        if (found === undefined) return true;
        return /^\/(?!\/)/.test(found.path) && !found.path.includes('?') && typeof found.query.toString() === 'string';
      }),
      { numRuns: 5000 },
    );
    expect(requestPath({})).toBeUndefined();
  });
});
