// The calls that take nodes out of the fleet, and bring them back within a day.
import { MusterError } from '../../../core/common/muster-error.ts';
import { matchesFilter, parseFilter } from '../../../core/common/node-filter.ts';
import { kindOf } from '../../../core/common/node-kind.ts';
import { REMOVED_KEPT_MS } from '../../../core/node/stream-policy.ts';
import type {
  ListRemovedNodesRequest,
  ListRemovedNodesResponse,
  RemovedNode,
  RemoveNodeRequest,
  RemoveNodeResponse,
  RemoveNodesRequest,
  RemoveNodesResponse,
  RestoreNodesRequest,
  RestoreNodesResponse,
} from '../../../proto/gen/messages.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import type { RemovedEntry } from '../../nodes/removed-nodes.ts';
import type { Directory } from '../directory/directory.ts';
import { kindName, type NodeRecord, toTimestamp } from '../directory/node-record.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface RemovalCallsOptions {
  directory: Directory;
  registry: Pick<NodeRegistry, 'remove' | 'removed' | 'isRemoved' | 'restore'>;
  audit: Pick<AuditLog, 'record'>;
}

/** Removed at once. */
const AT_ONCE = 16;
const MAX_ASKED = 10_000;
/** A large fleet takes a while. */
const MANY_WITHIN_MS = 290_000;
/** Named in an error. */
const NAMED = 5;

interface Match {
  nodeId: string;
  info: { name: string } | undefined;
}

export function removalHandlers(
  context: CallContext,
  options: RemovalCallsOptions,
): FleetHandlers<'removeNode' | 'removeNodes' | 'listRemovedNodes' | 'restoreNodes'> {
  const withinMs = (): number => MANY_WITHIN_MS;
  return handlers(context, {
    removeNode: (request, caller) => removeOne(options, request, caller),
    removeNodes: { withinMs, answer: (request, caller) => removeAll(options, request, caller) },
    listRemovedNodes: (request) => listRemoved(options.registry, request),
    restoreNodes: { withinMs, answer: (request, caller) => restore(options, request, caller) },
  });
}

export async function listRemoved(
  registry: Pick<NodeRegistry, 'removed' | 'isRemoved'>,
  { nodeIds }: ListRemovedNodesRequest,
): Promise<ListRemovedNodesResponse> {
  if (nodeIds.length > MAX_ASKED)
    throw new MusterError('invalid_argument', `node_ids has ${nodeIds.length} ids: at most ${MAX_ASKED} are answered at once`);
  return { nodes: (await registry.removed()).map(toRemoved), removedIds: nodeIds.filter((nodeId) => registry.isRemoved(nodeId)) };
}

async function removeOne(options: RemovalCallsOptions, request: RemoveNodeRequest, caller: Caller): Promise<RemoveNodeResponse> {
  await remove(options, options.directory.find(request.node), caller);
  return {};
}

/** Throws `invalid_argument` without a filter: nobody means the whole fleet by saying nothing. */
async function removeAll(options: RemovalCallsOptions, request: RemoveNodesRequest, caller: Caller): Promise<RemoveNodesResponse> {
  const terms = parseFilter(request.filter);
  if (terms.length === 0)
    throw new MusterError('invalid_argument', 'filter is empty: say which nodes, such as simulated:true or state:idle');
  const matching = [...options.directory.nodes()].filter((record) => matchesFilter(terms, record));
  if (request.dryRun) return { nodes: matching.map(toMatching) };
  assertAsShown(matching, request.nodeIds);
  if (request.expected > 0 && matching.length !== request.expected) {
    throw new MusterError(
      'failed_precondition',
      `${matching.length} nodes match now, not ${request.expected}: look again, nothing was removed`,
    );
  }
  const nodes: RemovedNode[] = [];
  for (let i = 0; i < matching.length; i += AT_ONCE) {
    const some = await Promise.all(matching.slice(i, i + AT_ONCE).map((record) => remove(options, record, caller)));
    nodes.push(...some.flatMap((removed) => (removed === undefined ? [] : [toRemoved(removed)])));
  }
  return { nodes };
}

/** Throws `failed_precondition` where others match than were shown; none shown compares none. */
export function assertAsShown(matching: readonly Match[], shownIds: readonly string[]): void {
  if (shownIds.length === 0) return;
  const gone = new Set(shownIds);
  const added = matching.filter(({ nodeId }) => !gone.delete(nodeId));
  if (added.length === 0 && gone.size === 0) return;
  const what =
    added.length === 1
      ? '1 node matches now that was not shown'
      : added.length > 0
        ? `${added.length} nodes match now that were not shown`
        : `${gone.size} of the nodes that were shown ${gone.size === 1 ? 'matches' : 'match'} no more`;
  const names = added.length > 0 ? added.map(({ nodeId, info }) => info?.name || nodeId) : [...gone];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  throw new MusterError('failed_precondition', `${what} (${names.slice(0, NAMED).join(', ')}${more}): look again, nothing was removed`);
}

/** Undefined for one that somebody else removed meanwhile. */
async function remove(
  { directory, registry, audit }: RemovalCallsOptions,
  record: NodeRecord,
  caller: Caller,
): Promise<RemovedEntry | undefined> {
  const removed = await registry.remove(record.nodeId);
  directory.applyEntry(record.nodeId, undefined);
  await audit.record({
    ...{ kind: 'node', caller: caller.name, outcome: 'ok', nodeId: record.nodeId },
    text: `node ${nameOf(record.nodeId, record.info?.name)} was removed from the fleet: its certificate is refused from now on, its history stays`,
  });
  return removed;
}

/** Throws `not_found` that names what was not removed within the day, before anything is brought back. */
async function restore(
  { directory, registry, audit }: RemovalCallsOptions,
  request: RestoreNodesRequest,
  caller: Caller,
): Promise<RestoreNodesResponse> {
  const removed = await registry.removed();
  const wanted = request.all ? removed : request.nodes.map((node) => find(removed, node));
  if (wanted.length === 0 && !request.all)
    throw new MusterError('invalid_argument', 'nodes is empty: name those to bring back, or set all');
  const nodes: RemovedNode[] = [];
  for (const each of wanted) {
    const entry = await registry.restore(each);
    if (entry === undefined) continue;
    directory.applyEntry(entry.nodeId, entry);
    await audit.record({
      ...{ kind: 'node', caller: caller.name, outcome: 'ok', nodeId: entry.nodeId },
      text: `node ${nameOf(entry.nodeId, entry.info.name)} was brought back into the fleet`,
    });
    nodes.push(toRemoved(each));
  }
  return { nodes };
}

function find(removed: readonly RemovedEntry[], idOrName: string): RemovedEntry {
  const byId = removed.find(({ entry }) => entry.nodeId === idOrName);
  if (byId !== undefined) return byId;
  const named = removed.filter(({ entry }) => entry.info.name === idOrName);
  const shown = JSON.stringify(idOrName.slice(0, 80));
  if (named.length === 0)
    throw new MusterError('not_found', `no node ${shown} was removed within the last 24 h: list them with \`muster nodes removed\``);
  if (named.length > 1)
    throw new MusterError(
      'failed_precondition',
      `${named.length} removed nodes are named ${shown}: say which by node id, such as ${named[0]?.entry.nodeId}`,
    );
  return named[0] as RemovedEntry;
}

function toRemoved({ entry, removedMs }: RemovedEntry): RemovedNode {
  return {
    nodeId: entry.nodeId,
    name: entry.info.name,
    kind: kindName(kindOf(entry)),
    removed: toTimestamp(removedMs),
    restorableUntil: toTimestamp(removedMs + REMOVED_KEPT_MS),
  };
}

function toMatching(record: NodeRecord): RemovedNode {
  return { nodeId: record.nodeId, name: record.info?.name ?? '', kind: record.kind, removed: undefined, restorableUntil: undefined };
}

function nameOf(nodeId: string, name: string | undefined): string {
  return name ? `${name} (${nodeId})` : nodeId;
}
