import { expect, it } from 'vitest';
import { nodeIdOf, nodeOfToken, nodeToken } from './node-name.ts';

it.each([
  ['accra-1', 'accra-1'],
  ['Web_1', 'Web_1'],
  ['web-1.example.org', 'web-1.example.org'],
  ['web-1.example.org:9100', 'web-1.example.org'],
  ['192.168.100.27', '192.168.100.27'],
  ['192.168.100.27:9100', '192.168.100.27'],
  ['::1', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['[::1]:9100', '::1'],
  ['[2001:DB8::A]', '2001:db8::a'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['::', '::'],
  ['fe80::', 'fe80::'],
  ['::ffff:192.168.100.27', '192.168.100.27'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
])('makes of %s the id %s', (name, id) => {
  expect(nodeIdOf(name)).toBe(id);
  expect(nodeIdOf(id)).toBe(id);
});

it.each([
  ...[
    '',
    '.',
    '..',
    '../../x',
    'a..b',
    '.a',
    'a.',
    '-a',
    'a b',
    'é',
    'a/b',
    'a:b',
    'a:70000',
    ':1',
    '[::1',
    '1:2:3',
    '1::2::3',
    ':::',
    '::g',
  ],
  ...['1:2:3:4:5:6:7:8:9', '1::2:3:4:5:6:7:8', 'fe80::1%eth0', '::256.0.0.1', 'x'.repeat(65), `${'1:'.repeat(99)}1`],
])('makes no id of %j', (name) => {
  expect(nodeIdOf(name)).toBeUndefined();
});

it('writes ids as one token and reads them back', () => {
  for (const id of ['accra-1', 'Web_1', '192.168.100.27', '2001:db8::1:0:0:1', 'a.b-c_d']) {
    expect(nodeToken(id)).toMatch(/^[A-Za-z0-9=_-]+$/);
    expect(nodeOfToken(nodeToken(id))).toBe(id);
  }
  expect(nodeToken('accra-1')).toBe('accra-1');
});
