import { expect, it } from 'vitest';
import { versionWords } from './version-words.ts';

it('tells a page, a program or a console that is older than what it speaks with', () => {
  const words = (page: string, host: string | undefined, gateway = ''): string => versionWords({ page, host, gateway });
  expect([words('1.2.0', '1.2.0'), words('1.2.0', '1.2.0', '1.2.0'), words('1.2.0', '1.2.0', '1.1.9')]).toEqual(['', '', '']);
  expect(words('1.2.0', '1.3.0', '1.3.0')).toMatch(/^This page is of version 1\.2\.0, .* is of 1\.3\.0: load the page anew\.$/);
  expect(words('1.2.0', '1.1.0')).toMatch(/is of 1\.1\.0: start that program anew\.$/);
  expect(words('1.2.0', undefined)).toMatch(/is of an earlier one: start that program anew\.$/);
  expect(words('1.9.0', '1.9.0', '1.10.0')).toMatch(/the gateway is of 1\.10\.0: .* Install the console of 1\.10\.0\.$/);
});
