// What an operator may change of a node: its labels, its quarantine, its place in the fleet.
import type { Node } from '../../proto/gen/messages.ts';
import type { RequestArguments } from '../common/console-api.ts';
import type { FleetNode } from '../common/fleet-node.ts';
import { callUnary } from './gateway-calls.ts';
import type { GatewayConnection } from './gateway-link.ts';
import { toFleetNode } from './to-console.ts';

const TIMEOUT_MS = 15_000;

export async function setNodeLabels(connection: GatewayConnection, args: RequestArguments<'setNodeLabels'>): Promise<FleetNode> {
  const { node, set, remove, seen } = args;
  return toFleetNode(await callUnary<Node>(connection, 'SetNodeLabels', { node, set, remove, seen: { labels: seen } }, TIMEOUT_MS));
}

export async function releaseNode(connection: GatewayConnection, args: RequestArguments<'releaseNode'>): Promise<FleetNode> {
  return toFleetNode(await callUnary<Node>(connection, 'ReleaseNode', args, TIMEOUT_MS));
}

export async function removeNode(connection: GatewayConnection, args: RequestArguments<'removeNode'>): Promise<null> {
  await callUnary<object>(connection, 'RemoveNode', args, TIMEOUT_MS);
  return null;
}
