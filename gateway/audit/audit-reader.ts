// Reads the newest records of the audit stream.
import { DeliverPolicy, type JsMsg, type NatsConnection } from 'nats';
import { MusterError } from '../../core/common/muster-error.ts';
import { nodeIdOf } from '../../core/common/node-name.ts';
import { AUDIT_STREAM, auditSubject } from '../../core/common/streams.ts';
import { decodeAudit, type StoredAudit } from './audit-record.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Read at once; what is older than the newest `limit` is passed over. */
const CHUNK = 1000;
const CHUNK_WITHIN_MS = 5000;

/** Newest first; with a node id only what concerns that node. Throws `invalid_argument`. */
export async function readAudit(connection: NatsConnection, wanted: { limit: number; nodeId: string }): Promise<StoredAudit[]> {
  const limit = wanted.limit || DEFAULT_LIMIT;
  if (limit > MAX_LIMIT) throw new MusterError('invalid_argument', `limit is ${limit}: at most ${MAX_LIMIT}`);
  const { nodeId } = wanted;
  const known = UUID.test(nodeId) ? nodeId.toLowerCase() : nodeIdOf(nodeId);
  if (nodeId !== '' && known === undefined)
    throw new MusterError('invalid_argument', `node_id is ${JSON.stringify(nodeId.slice(0, 60))}: a node id is needed`);
  const subject = known === undefined ? undefined : auditSubject(known);
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(AUDIT_STREAM, subject === undefined ? {} : { subjects_filter: subject });
  const matching = subject === undefined ? state.messages : (state.subjects?.[subject] ?? 0);
  if (matching === 0) return [];
  const first = subject === undefined ? Math.max(state.first_seq, state.last_seq - limit + 1) : state.first_seq;
  return newest(connection, subject, first, Math.min(matching, subject === undefined ? limit : matching), limit);
}

/** Reads `count` messages from number `first` on and keeps the last `limit`, newest first. */
async function newest(
  connection: NatsConnection,
  subject: string | undefined,
  first: number,
  count: number,
  limit: number,
): Promise<StoredAudit[]> {
  const consumer = await connection.jetstream().consumers.get(AUDIT_STREAM, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: first,
    ...(subject === undefined ? {} : { filterSubjects: subject }),
  });
  const kept: StoredAudit[] = [];
  let left = count;
  while (left > 0) {
    let last: JsMsg | undefined;
    for await (const message of await consumer.fetch({ max_messages: Math.min(left, CHUNK), expires: CHUNK_WITHIN_MS })) {
      last = message;
      left -= 1;
      const record = decodeAudit(message.data);
      if (record !== undefined) kept.push(record);
      if (kept.length > 2 * limit) kept.splice(0, kept.length - limit);
    }
    // Nothing came, or there is no more: the oldest went meanwhile.
    if (last === undefined || last.info.pending === 0) break;
  }
  await consumer.delete();
  return kept.slice(-limit).reverse();
}
