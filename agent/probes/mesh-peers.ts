// From the peers a gateway names to probes of them. A peer's addresses are its own words: only what is an address or a host name is used.
import { BlockList, isIP } from 'node:net';
import type { Peer } from '../../proto/gen/messages.ts';
import { MESH_NAME, type MeshSpec, type ProbeSpec } from './probe-spec.ts';

const HOST = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/;
const MAX_TAG = 256;

/** Peers without an address that can be used are left out. */
export function toMeshProbes(mesh: MeshSpec, peers: readonly Peer[]): ProbeSpec[] {
  const network = toNetwork(mesh.network);
  return peers.slice(0, mesh.peers).flatMap((peer) => {
    const address = chooseAddress(peer.addresses, network);
    if (address === undefined) return [];
    const { kind, port, interval, timeout, window } = mesh;
    const shared = { name: MESH_NAME, kind, interval, timeout, window };
    const place = {
      targetNode: peer.nodeId.slice(0, MAX_TAG),
      targetCountry: peer.country.slice(0, MAX_TAG),
      targetRegion: peer.region.slice(0, MAX_TAG),
    };
    if (kind === 'icmp') return [{ ...shared, ...place, target: address, port }];
    return [{ ...shared, ...place, target: `${isIP(address) === 6 ? `[${address}]` : address}:${port}` }];
  });
}

type Contains = (address: string) => boolean;

function toNetwork(text: string | undefined): Contains | undefined {
  if (text === undefined) return undefined;
  const [address = '', bits] = text.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(address));
  return (one) => isIP(one) !== 0 && list.check(one, familyOf(one));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** The first in the network; without one, the first that is more than a link's. */
function chooseAddress(addresses: readonly string[], isInNetwork: Contains | undefined): string | undefined {
  const isUsable = isInNetwork ?? ((one: string) => (isIP(one) !== 0 || HOST.test(one)) && !/^(fe80:|169\.254\.)/i.test(one));
  return addresses.find(isUsable);
}
