import { expect, test } from 'vitest';
import { joinAddresses, parseAddress } from './join-address.ts';

const LOCAL = { joinAddresses: '', host: '127.0.0.1', port: 7443, names: ['localhost', '127.0.0.1', '::1', 'box'] };

test.each([
  ['loopback alone reaches nobody', {}, []],
  ['loopback of another number neither', { host: '127.0.0.1,127.0.0.2,::1' }, []],
  ['an address beside it', { host: '127.0.0.1,10.0.0.5,fd00::5' }, ['10.0.0.5:7443', '[fd00::5]:7443']],
  [
    'everywhere: what the certificate names, but a bare name',
    { host: '0.0.0.0', names: ['box', '127.0.0.1', '10.0.0.5', 'fleet.example'] },
    ['10.0.0.5:7443', 'fleet.example:7443'],
  ],
  ['everywhere: an address of IPv6 only where that is listened on', { host: '0.0.0.0', names: ['10.0.0.5', 'fd00::5'] }, ['10.0.0.5:7443']],
  ['everywhere with IPv6', { host: '::', names: ['10.0.0.5', 'fd00::5'] }, ['10.0.0.5:7443', '[fd00::5]:7443']],
  [
    'what was told, with its own port or ours',
    { host: '0.0.0.0', joinAddresses: 'fleet.example,10.0.0.9:443,fd00::9,' },
    ['fleet.example:7443', '10.0.0.9:443', '[fd00::9]:7443'],
  ],
] as const)('%s', (_, more, expected) => {
  expect(joinAddresses({ ...LOCAL, ...more })).toEqual(expected);
});

test.each([
  ['10.0.0.5', '10.0.0.5:7443'],
  ['fleet.example:443', 'fleet.example:443'],
  ['[fd00::5]', '[fd00::5]:7443'],
  ['[fd00::5]:1', '[fd00::5]:1'],
  ["a'b", undefined],
  ['$(id)', undefined],
  ['a b', undefined],
  ['', undefined],
  ['a:70000', undefined],
  ['-o:1', undefined],
])('%s as an address is %s: nothing that a shell would read gets into a line', (text, expected) => {
  expect(parseAddress(text, 7443)).toBe(expected);
});
