import { expect, test } from 'vitest';
import { fileOf } from './page-address.ts';

test('a page’s address names a file below the folder', () => {
  expect(fileOf('muster-console://window/index.html#/fleet', '/app/renderer')).toBe('/app/renderer/index.html');
  expect(fileOf('muster-console://window/assets/a.js', '/app/renderer')).toBe('/app/renderer/assets/a.js');
});

test.each([
  'muster-console://window/..%2f..%2fetc/passwd',
  'muster-console://window/%2e%2e/%2e%2e/main.cjs%00.html',
  'muster-console://window/%',
  'muster-console://other/index.html',
  'file:///etc/passwd',
])('%s names none', (url) => {
  expect(fileOf(url, '/app/renderer')).toBeUndefined();
});
