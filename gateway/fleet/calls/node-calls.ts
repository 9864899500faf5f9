// The call by which operators end the quarantine of a shared identity.
import { MusterError } from '../../../core/common/muster-error.ts';
import type { Node, ReleaseNodeRequest } from '../../../proto/gen/messages.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import type { Directory } from '../directory/directory.ts';
import type { NodeRecord } from '../directory/node-record.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface NodeCallsOptions {
  directory: Directory;
  registry: Pick<NodeRegistry, 'release'>;
  audit: Pick<AuditLog, 'record'>;
}

export function nodeHandlers(context: CallContext, options: NodeCallsOptions): FleetHandlers<'releaseNode'> {
  return handlers(context, { releaseNode: (request, caller) => release(options, request, caller) });
}

/** Throws `failed_precondition` for a node that waits for no decision. */
async function release({ directory, registry, audit }: NodeCallsOptions, request: ReleaseNodeRequest, caller: Caller): Promise<Node> {
  const record = directory.find(request.node);
  const entry = await registry.release(record.nodeId);
  if (entry === undefined) {
    const why = record.problem === '' ? 'it is not quarantined' : `its quarantine ends by itself when this does: ${record.problem}`;
    throw new MusterError('failed_precondition', `node ${nameOf(record)} has nothing to be released from: ${why}`);
  }
  directory.applyEntry(record.nodeId, entry);
  await audit.record({ ...about(record, caller), text: `node ${nameOf(record)} was released from the quarantine of a shared identity` });
  return record.toNode();
}

function about({ nodeId }: NodeRecord, caller: Caller): { kind: 'node'; caller: string; outcome: 'ok'; nodeId: string } {
  return { kind: 'node', caller: caller.name, outcome: 'ok', nodeId };
}

function nameOf({ nodeId, info }: NodeRecord): string {
  return info?.name ? `${info.name} (${nodeId})` : nodeId;
}
