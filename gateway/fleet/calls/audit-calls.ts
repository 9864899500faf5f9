// The call that shows the audit.
import type { NatsConnection } from 'nats';
import type { AuditRecord, VerifyAuditResponse } from '../../../proto/gen/messages.ts';
import type { ExaminedAudit } from '../../audit/audit-examine.ts';
import { readAudit } from '../../audit/audit-reader.ts';
import type { StoredAudit } from '../../audit/audit-record.ts';
import { toTimestamp } from '../directory/node-record.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export function auditHandlers(
  context: CallContext,
  connection: NatsConnection,
  examine: () => Promise<ExaminedAudit>,
): FleetHandlers<'verifyAudit' | 'listAudit'> {
  let running: Promise<ExaminedAudit> | undefined;
  return handlers(context, {
    // Who asks while one reads all of it gets the same answer.
    verifyAudit: async () => {
      running ??= examine().finally(() => {
        running = undefined;
      });
      const { oldestMs, newestMs, ...account } = await running;
      const time = (ms: number): VerifyAuditResponse['oldest'] => (ms === 0 ? undefined : toTimestamp(ms));
      return { ...account, oldest: time(oldestMs), newest: time(newestMs) };
    },
    listAudit: async (request) => ({ records: (await readAudit(connection, request)).map(toRecord) }),
  });
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
