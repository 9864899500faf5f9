// The call by which operators give labels to a node.
import type { Node, SetNodeLabelsRequest } from '../../../proto/gen/messages.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import { assertLabelChange } from '../../nodes/standing-labels.ts';
import type { Directory } from '../directory/directory.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface LabelCallsOptions {
  directory: Directory;
  registry: Pick<NodeRegistry, 'setLabels'>;
  audit: Pick<AuditLog, 'record'>;
}

export function labelHandlers(context: CallContext, options: LabelCallsOptions): FleetHandlers<'setNodeLabels'> {
  return handlers(context, { setNodeLabels: (request, caller) => setLabels(options, request, caller) });
}

async function setLabels({ directory, registry, audit }: LabelCallsOptions, request: SetNodeLabelsRequest, caller: Caller): Promise<Node> {
  const { set, remove } = request;
  assertLabelChange({ set, remove });
  const record = directory.find(request.node);
  // The directory hears of it by its watch as well, a moment later: the next filter must see it at once.
  directory.applyEntry(record.nodeId, await registry.setLabels(record.nodeId, { set, remove, seen: request.seen?.labels }));
  const changes = [...Object.entries(set).map(([name, value]) => `${name}=${value}`), ...remove.map((name) => `${name}-`)];
  await audit.record({
    kind: 'labels',
    caller: caller.name,
    text: `labels of ${record.info?.name || record.nodeId} changed: ${changes.join(' ')}`,
    outcome: 'ok',
    nodeId: record.nodeId,
    attributes: set,
  });
  return record.toNode();
}
