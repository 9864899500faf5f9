import { expect, test } from 'vitest';
import { toMeshProbes } from './mesh-peers.ts';
import type { MeshSpec } from './probe-spec.ts';

const MESH: MeshSpec = { label: 'role=probe', kind: 'tcp', port: 22, interval: 10_000, timeout: 3000, window: 60_000, peers: 2 };
const peer = (nodeId: string, ...addresses: string[]) => ({ nodeId, addresses, country: 'gh', region: 'accra' });

test('a peer becomes a probe with its place', () => {
  expect(toMeshProbes(MESH, [peer('a', '10.0.0.1')])).toEqual([
    {
      ...{ name: 'mesh', kind: 'tcp', target: '10.0.0.1:22', interval: 10_000, timeout: 3000, window: 60_000 },
      ...{ targetNode: 'a', targetCountry: 'gh', targetRegion: 'accra' },
    },
  ]);
});

test('the address: more than a link’s, or the first in the network asked for; what is no address is passed over', () => {
  const target = (mesh: Partial<MeshSpec>, ...addresses: string[]) =>
    toMeshProbes({ ...MESH, ...mesh }, [peer('a', ...addresses)])[0]?.target;
  expect(target({}, 'fe80::1', '169.254.1.1', '10.0.0.1', '192.168.0.1')).toBe('10.0.0.1:22');
  expect(target({ network: '192.168.0.0/16' }, '10.0.0.1', '192.168.0.1')).toBe('192.168.0.1:22');
  expect(target({ network: '2001:db8::/32' }, '10.0.0.1', '2001:db8::5')).toBe('[2001:db8::5]:22');
  expect(target({ network: '172.16.0.0/12' }, '10.0.0.1')).toBeUndefined();
  expect(target({}, '-f', 'a b', '$(x)', 'gw.example.org')).toBe('gw.example.org:22');
  expect(target({ kind: 'icmp' }, '10.0.0.1')).toBe('10.0.0.1');
  expect(target({})).toBeUndefined();
});

test('no more peers than asked for', () => {
  expect(toMeshProbes(MESH, [peer('a', '10.0.0.1'), peer('b', '10.0.0.2'), peer('c', '10.0.0.3')])).toHaveLength(2);
});
