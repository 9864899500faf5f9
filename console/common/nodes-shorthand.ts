// Nodes on their way to a page: whole at first, later only what moves. Ten thousand of them have the same name, labels and addresses with each
// sample, and a page that read them all again would spend a third of each frame on it.
import type { NodesEvent, SubscriptionName } from './console-api.ts';
import type { FleetNode } from './fleet-node.ts';

/** What a sample changes. */
type Moving = 'nodeId' | 'state' | 'stateSinceMs' | 'lastSeenMs' | 'skewMs' | 'values' | 'spool';
type ShortNode = Pick<FleetNode, Moving>;

interface ShortEvent extends Omit<NodesEvent, 'nodes'> {
  nodes: (FleetNode | ShortNode)[];
}

/** What the host makes of each event of one subscription before it goes to the page. */
export function createShortener(name: SubscriptionName): (event: unknown) => unknown {
  if (name !== 'nodes') return (event) => event;
  /** What does not move of each node, as it was said last. */
  const said = new Map<string, string>();
  const shorten = (node: FleetNode): FleetNode | ShortNode => {
    const { nodeId, state, stateSinceMs, lastSeenMs, skewMs, values, spool, ...rest } = node;
    const still = JSON.stringify(rest);
    if (said.get(nodeId) === still) return { nodeId, state, stateSinceMs, lastSeenMs, skewMs, values, spool };
    said.set(nodeId, still);
    return node;
  };
  return (given) => {
    const event = given as NodesEvent;
    if (event.begins) said.clear();
    for (const id of event.removed) said.delete(id);
    return { ...event, nodes: event.nodes.map(shorten) } satisfies ShortEvent;
  };
}

/** What the page makes of it again. */
export function createRestorer(name: SubscriptionName): (event: unknown) => unknown {
  if (name !== 'nodes') return (event) => event;
  const known = new Map<string, FleetNode>();
  const restore = (node: FleetNode | ShortNode): FleetNode[] => {
    const before = known.get(node.nodeId);
    const whole = 'name' in node ? node : before && { ...before, ...node };
    // The host says a node whole before it says it short.
    if (whole === undefined) return [];
    known.set(node.nodeId, whole);
    return [whole];
  };
  return (given) => {
    const event = given as ShortEvent;
    if (event.begins) known.clear();
    for (const id of event.removed) known.delete(id);
    return { ...event, nodes: event.nodes.flatMap(restore) } satisfies NodesEvent;
  };
}
