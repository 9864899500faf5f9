// Reads the whole audit stream and has its records examined.
import { DeliverPolicy, type JetStreamManager, type NatsConnection, type StreamState } from 'nats';
import { AUDIT_STREAM } from '../../core/common/streams.ts';
import { AUDIT_KEPT_MS, AUDIT_MAX_BYTES } from '../../core/node/stream-policy.ts';
import type { AuditStreamFacts } from './audit-beginning.ts';
import { type AuditAnchor, type AuditKey, hashOf } from './audit-chain.ts';
import { decodeAudit } from './audit-record.ts';
import { type AuditAccount, AuditExamination, type AuditMessage, type LiveChain } from './audit-verdict.ts';

const CHUNK = 1000;
const CHUNK_WITHIN_MS = 5000;
/** So often in a row nothing may come though there is more. */
const EMPTY_CHUNKS = 3;
/** Of the whole answer; callers wait a minute. */
const WITHIN_MS = 45_000;
const NOT_FOUND = 404;
/** More than any record takes: a stream that has less room than this drops its oldest for the next one. */
const ROOM_BYTES = 1024 * 1024;

export interface ExaminedAudit extends AuditAccount {
  /** Of the oldest and the newest record that were read, Unix ms; 0 where there is none. */
  oldestMs: number;
  newestMs: number;
}

/** The newest record, for a chain to begin after. Throws where nats-server does not tell. */
export async function newestAudit(connection: NatsConnection): Promise<AuditAnchor> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(AUDIT_STREAM);
  if (state.messages === 0) return { seq: state.last_seq, hash: '' };
  const { data, time } = await manager.streams.getMessage(AUDIT_STREAM, { seq: state.last_seq });
  return { seq: state.last_seq, hash: hashOf(data), timeMs: time.getTime() };
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
  const examination = new AuditExamination(key, live);
  const times = { oldestMs: 0, newestMs: 0 };
  const readTo = await readAll(connection, state, untilMs, (message) => {
    examination.add(message);
    times.newestMs = decodeAudit(message.data)?.timeMs ?? times.newestMs;
    times.oldestMs ||= times.newestMs;
  });
  await askAnchors(manager, examination, state.first_seq, untilMs);
  const { state: after } = await manager.streams.info(AUDIT_STREAM);
  // Each number that the beginning moved on by may be a record that left before its turn.
  const least = state.messages - (after.first_seq - state.first_seq);
  if (examination.records < least)
    examination.unread(`${examination.records} of ${state.messages} records were read, up to record ${readTo} of ${state.last_seq}`);
  return { ...examination.finish(factsOf(after)), ...times };
}

/** Up to the newest one of `state`, as long as they come. Returns the number of the last one. */
async function readAll(
  connection: NatsConnection,
  state: StreamState,
  untilMs: number,
  take: (message: AuditMessage) => void,
): Promise<number> {
  let seq = state.first_seq - 1;
  if (state.messages === 0) return seq;
  const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: state.first_seq };
  const consumer = await connection.jetstream().consumers.get(AUDIT_STREAM, from);
  let empty = 0;
  let isAtEnd = false;
  while (seq < state.last_seq && !isAtEnd && empty < EMPTY_CHUNKS && performance.now() < untilMs) {
    empty += 1;
    for await (const message of await consumer.fetch({ max_messages: CHUNK, expires: CHUNK_WITHIN_MS })) {
      if (message.seq <= seq) continue;
      seq = message.seq;
      empty = 0;
      const { subject, data, info } = message;
      if (seq <= state.last_seq) take({ seq, subject, data, takenMs: info.timestampNanos / 1e6 });
      isAtEnd = info.pending === 0;
      if (isAtEnd || seq >= state.last_seq) break;
    }
  }
  // It ends by itself where nobody reads.
  await consumer.delete().catch(() => false);
  return Math.min(seq, state.last_seq);
}

async function askAnchors(manager: JetStreamManager, examination: AuditExamination, firstSeq: number, untilMs: number): Promise<void> {
  for (const [i, anchor] of examination.anchors.entries()) {
    if (performance.now() >= untilMs) {
      examination.unread(
        `${examination.anchors.length - i} records that gateways began after were not asked for in the time for an answer`,
      );
      return;
    }
    examination.anchorFound(anchor, anchor.seq < firstSeq ? undefined : await hashAt(manager, anchor.seq));
  }
}

async function hashAt(manager: JetStreamManager, seq: number): Promise<string | undefined> {
  try {
    return hashOf((await manager.streams.getMessage(AUDIT_STREAM, { seq })).data);
  } catch (error) {
    if ((error as { api_error?: { code?: number } }).api_error?.code === NOT_FOUND) return undefined;
    throw error;
  }
}

function factsOf({ first_seq: firstSeq, bytes }: StreamState): AuditStreamFacts {
  return { firstSeq, isFull: bytes + ROOM_BYTES >= AUDIT_MAX_BYTES, keptMs: AUDIT_KEPT_MS, nowMs: Date.now() };
}
