// Nodes and places for the tests of the map.
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';

/** A node with these labels, and nothing else that the map reads. */
export function nodeAt(nodeId: string, labels: Record<string, string>, state: NodeStateName = 'live'): FleetNode {
  return { nodeId, name: nodeId, state, labels } as unknown as FleetNode;
}

export const ACCRA = { latitude: '5.6', longitude: '-0.19', city: 'Accra', region: 'gh-accra', country: 'gh' };
export const KUMASI = { latitude: '6.69', longitude: '-1.62', city: 'Kumasi', region: 'gh-kumasi', country: 'gh' };
export const TOKYO = { latitude: '35.68', longitude: '139.69', city: 'Tokyo', region: 'jp-tokyo', country: 'jp' };
