// The call that shows the audit.
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { NatsConnection } from 'nats';
import type { AuditRecord, ListAuditRequest, ListAuditResponse, VerifyAuditResponse } from '../../proto/gen/messages.ts';
import type { ExaminedAudit } from '../audit/audit-examine.ts';
import { readAudit } from '../audit/audit-reader.ts';
import type { StoredAudit } from '../audit/audit-record.ts';
import { type CallContext, unary } from './call-handlers.ts';
import { toTimestamp } from './node-record.ts';

export function auditHandlers(
  context: CallContext,
  connection: NatsConnection,
  examine: () => Promise<ExaminedAudit>,
): UntypedServiceImplementation {
  let running: Promise<ExaminedAudit> | undefined;
  return {
    // Who asks while one reads all of it gets the same answer.
    verifyAudit: unary(context, 'VerifyAudit', 'admin', async (): Promise<VerifyAuditResponse> => {
      running ??= examine().finally(() => {
        running = undefined;
      });
      const { oldestMs, newestMs, ...account } = await running;
      const time = (ms: number): VerifyAuditResponse['oldest'] => (ms === 0 ? undefined : toTimestamp(ms));
      return { ...account, oldest: time(oldestMs), newest: time(newestMs) };
    }),
    listAudit: unary(context, 'ListAudit', 'admin', async (request: ListAuditRequest): Promise<ListAuditResponse> => {
      const stored = await readAudit(connection, request);
      return { records: stored.map(toRecord) };
    }),
  };
}

function toRecord(stored: StoredAudit): AuditRecord {
  const { timeMs, caller, kind, text, nodeId, outcome, attributes, gateway } = stored;
  return {
    time: toTimestamp(timeMs),
    caller,
    kind,
    text,
    nodeId: nodeId ?? '',
    outcome,
    attributes: { ...attributes, gateway },
  };
}
