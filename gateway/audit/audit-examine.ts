// Reads the whole audit stream and has its records examined.
import { DeliverPolicy, type NatsConnection } from 'nats';
import { AUDIT_STREAM } from '../../core/common/streams.ts';
import { type AuditAnchor, type AuditKey, hashOf } from './audit-chain.ts';
import { decodeAudit } from './audit-record.ts';
import { type AuditAccount, AuditExamination, type LiveChain } from './audit-verdict.ts';

const CHUNK = 1000;
const CHUNK_WITHIN_MS = 5000;
/** Of the whole answer; callers wait a minute. */
const WITHIN_MS = 45_000;
const NOT_FOUND = 404;

export interface ExaminedAudit extends AuditAccount {
  /** Of the oldest and the newest record that were read, Unix ms; 0 where there is none. */
  oldestMs: number;
  newestMs: number;
}

/** The newest record, for a chain to begin after; undefined where there is none. */
export async function newestAudit(connection: NatsConnection): Promise<AuditAnchor | undefined> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(AUDIT_STREAM);
  if (state.messages === 0) return undefined;
  const { data } = await manager.streams.getMessage(AUDIT_STREAM, { seq: state.last_seq });
  return { seq: state.last_seq, hash: hashOf(data) };
}

/** `live` is what this gateway knows of its own chain: asked before the stream is, so that all of it must be there. */
export async function examineAudit(
  connection: NatsConnection,
  key: AuditKey,
  live: LiveChain,
  withinMs = WITHIN_MS,
): Promise<ExaminedAudit> {
  const untilMs = performance.now() + withinMs;
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(AUDIT_STREAM);
  const examination = new AuditExamination(key, state.first_seq);
  const times = { oldestMs: 0, newestMs: 0 };
  let seq = state.first_seq - 1;
  let late = false;
  if (state.messages > 0) {
    const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: state.first_seq };
    const consumer = await connection.jetstream().consumers.get(AUDIT_STREAM, from);
    while (seq < state.last_seq && !late) {
      const before = seq;
      for await (const message of await consumer.fetch({ max_messages: CHUNK, expires: CHUNK_WITHIN_MS })) {
        seq = message.seq;
        if (seq <= state.last_seq) {
          examination.add(seq, message.data);
          times.newestMs = decodeAudit(message.data)?.timeMs ?? times.newestMs;
          times.oldestMs ||= times.newestMs;
        }
        if (message.info.pending === 0 || seq >= state.last_seq) break;
      }
      // Nothing came: what is left has gone.
      if (seq === before) break;
      late = performance.now() > untilMs;
    }
    await consumer.delete();
  }
  for (const anchor of examination.anchors) {
    if (performance.now() > untilMs) late = true;
    if (late) break;
    if (anchor.seq >= state.first_seq && (await hashAt(connection, anchor.seq)) !== anchor.hash) examination.anchorLost(anchor);
  }
  if (late) examination.unread(`the audit was read up to record ${seq} of ${state.last_seq} in the time for an answer`);
  return { ...examination.finish(late ? undefined : live), ...times };
}

async function hashAt(connection: NatsConnection, seq: number): Promise<string | undefined> {
  const manager = await connection.jetstreamManager();
  try {
    return hashOf((await manager.streams.getMessage(AUDIT_STREAM, { seq })).data);
  } catch (error) {
    if ((error as { api_error?: { code?: number } }).api_error?.code === NOT_FOUND) return undefined;
    throw error;
  }
}
