// A gateway's audit as a process of its own that can be killed: `node audit-program.ts NATS_URL PASSWORD_FILE CA_KEY_FILE GATEWAY`. It writes records without
// end, several at once, and a line for each that the stream has acknowledged.
import { readFileSync } from 'node:fs';
import { connectNats } from '../../core/node/nats-connection.ts';
import { auditKey } from '../../gateway/audit/audit-chain.ts';
import { newestAudit } from '../../gateway/audit/audit-examine.ts';
import { AuditLog } from '../../gateway/audit/audit-log.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createJetStream } from '../../gateway/publisher/durable-stream.ts';

const AT_ONCE = 8;
const [url = '', passwordFile = '', keyFile = '', gateway = ''] = process.argv.slice(2);
const connection = await connectNats({ url, user: 'gateway', passwordFile, name: gateway });
const link = new NatsLink(connection, { natsChanged: () => undefined });
await link.start();
const events = { retried: () => undefined, auditLost: () => undefined };
const key = auditKey(readFileSync(keyFile, 'utf8'));
const log = new AuditLog({ stream: createJetStream(link), gateway, events, key, newest: () => newestAudit(connection) });
await log.start();
for (;;) {
  const some = Array.from({ length: AT_ONCE }, (_, i) => log.record({ kind: 'token', caller: 'anna', text: `token ${i}`, outcome: 'ok' }));
  await Promise.all(some);
  process.stdout.write('stored\n'.repeat(AT_ONCE));
}
