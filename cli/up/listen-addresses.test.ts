import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { listenOn, type Machine } from './listen-addresses.ts';

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

const MACHINE: Machine = {
  interfaces: () => ({
    lo: [info('127.0.0.1', true), info('::1', true)],
    docker0: [info('172.17.0.1')],
    eth0: [info('10.0.0.5'), info('fd00::5'), info('fe80::5')],
  }),
  resolve: async (name) => {
    if (name === 'fleet.example') return ['10.0.0.5'];
    if (name === 'box') return ['127.0.1.1'];
    if (name === 'localhost') return ['::1', '127.0.0.1'];
    if (name === 'elsewhere.example') return ['192.0.2.7'];
    throw new Error('ENOTFOUND');
  },
};

test.each([
  ['nothing: this machine alone', [], ['127.0.0.1'], []],
  ['loopback by its name', ['localhost'], ['127.0.0.1', '::1'], []],
  ['another loopback address', ['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []],
  ['an address', ['10.0.0.5'], ['127.0.0.1', '10.0.0.5'], ['10.0.0.5']],
  [
    'several, one of them in brackets, one twice',
    ['10.0.0.5', '[fd00::5]', '10.0.0.5'],
    ['127.0.0.1', '10.0.0.5', 'fd00::5'],
    ['10.0.0.5', 'fd00::5'],
  ],
  ['a name: its address is bound, the name is called', ['fleet.example'], ['127.0.0.1', '10.0.0.5'], ['fleet.example']],
  ['everywhere: all addresses of IPv4, bridges last', ['0.0.0.0'], ['0.0.0.0'], ['10.0.0.5', '172.17.0.1']],
  ['everywhere, by a name first', ['*', 'fleet.example'], ['0.0.0.0'], ['fleet.example', '10.0.0.5', '172.17.0.1']],
  ['everywhere, by a name that leads to loopback here', ['0.0.0.0', 'box'], ['0.0.0.0'], ['box', '10.0.0.5', '172.17.0.1']],
  ['everywhere and at one of IPv6', ['0.0.0.0', 'fd00::5'], ['0.0.0.0', 'fd00::5'], ['fd00::5', '10.0.0.5', '172.17.0.1']],
  ['everywhere twice', ['0.0.0.0', '::'], ['::'], ['10.0.0.5', 'fd00::5', '172.17.0.1']],
  ['everywhere with IPv6, without link-local', ['::'], ['::'], ['10.0.0.5', 'fd00::5', '172.17.0.1']],
] as const)('%s', async (_, wanted, hosts, names) => {
  expect(await listenOn(wanted, MACHINE)).toEqual({ hosts, names });
});

test.each([
  ['10.0.0.9', '--listen 10.0.0.9: this machine has no such address; it has 10.0.0.5, fd00::5, 172.17.0.1'],
  ['10.0.0.5:7443', '--listen 10.0.0.5:7443 is no address and no name: give an address of this machine, without a port (--port has it)'],
  ['nowhere.example', '--listen nowhere.example: the name leads nowhere; give an address of this machine, such as 10.0.0.5'],
  ['box', '--listen box: on this machine the name leads to 127.0.1.1, where no other reaches it; it has 10.0.0.5, fd00::5, 172.17.0.1'],
  [
    'elsewhere.example',
    '--listen elsewhere.example: the name leads to 192.0.2.7, which this machine has not; it has 10.0.0.5, fd00::5, 172.17.0.1',
  ],
])('%s is refused with what there is', async (wanted, words) => {
  await expect(listenOn([wanted], MACHINE)).rejects.toThrow(words);
});
