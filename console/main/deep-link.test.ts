import { expect, test } from 'vitest';
import { linkAmong, parseDeepLink } from './deep-link.ts';

test.each([
  ['muster://fleet', '#/fleet', ''],
  ['muster://fleet/', '#/fleet', ''],
  ['muster://fleet?filter=state%3Alate+cpu%3E80&view=heatmap', '#/fleet?filter=state%3Alate+cpu%3E80&view=heatmap', ''],
  ['muster://node/b3a1/disks', '#/node/b3a1/disks', ''],
  ['muster://node/b3a1?context=prod', '#/node/b3a1', 'prod'],
  ['muster://fleet?filter=a&context=prod&fleet=0123456789abcdef', '#/fleet?filter=a', 'prod', '0123456789abcdef'],
  ['muster://node/%2e%2e%2fetc', '#/node/..%2Fetc', ''],
  ['muster://settings', '#/settings', ''],
] as const)('%s opens %s', (text, fragment, context, fleet?: string) => {
  expect(parseDeepLink(text)).toEqual({ fragment, context, fleet: fleet ?? '' });
});

test.each([
  '',
  'muster:',
  'muster://',
  'muster://admin',
  'muster://__proto__',
  'muster://constructor',
  'muster-console://window/index.html',
  'https://example.com/#/fleet',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'muster://user:pass@fleet',
  'muster://fleet:80',
  'muster://fleet#/node/x',
  'muster://fleet/extra',
  'muster://node',
  'muster://node/a/b/c',
  'muster://node/%E0%A4%A',
  'muster://node/a%00b',
  'muster://node/%E2%80%AEgpj.exe',
  'muster://explore?sql=select%201',
  'muster://fleet?filter=a&filter=b',
  'muster://fleet?filter=',
  'muster://fleet?preload=/tmp/x.js',
  'muster://fleet?context=../../etc',
  'muster://fleet?filter=a b',
  'muster://fleet?fleet=prod',
  'muster://fleet\n',
  `muster://fleet?filter=${'x'.repeat(1001)}`,
  `muster://node/${'x'.repeat(2000)}`,
])('%j opens nothing', (text) => {
  expect(parseDeepLink(text)).toBeUndefined();
});

test('an address is found among the arguments of a second start', () => {
  expect(linkAmong(['/usr/bin/muster', '--no-sandbox', 'MUSTER://fleet'])).toBe('MUSTER://fleet');
  expect(linkAmong(['/usr/bin/muster', '/home/muster://x'])).toBeUndefined();
});
