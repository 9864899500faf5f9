// Reads the dead letters, newest first. The ETL writes them; this only shows them.
import type { JetStreamManager, NatsConnection, StoredMsg } from 'nats';
import { NatsError } from 'nats';
import { MusterError } from '../../core/common/muster-error.ts';
import { DEAD_LETTER_STREAM, DEAD_LETTER_SUBJECTS, deadLetterSubject } from '../../core/common/streams.ts';
import type { DeadLetter, ListDeadLettersRequest, ListDeadLettersResponse } from '../../proto/gen/messages.ts';
import { toTimestamp } from './node-record.ts';

export interface DeadLetterReader {
  list(request: ListDeadLettersRequest): Promise<ListDeadLettersResponse>;
  /** All in the stream, by reason. */
  countByReason(): Promise<Record<string, number>>;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
/** Asked for at the same time. */
const WINDOW = 32;
/** How far back one reason is looked for among others. */
const MAX_LOOKED_AT = 10_000;
/** The server's answer for a sequence number that holds no message. */
const NO_MESSAGE = 10037;

export function createDeadLetterReader(connection: NatsConnection): DeadLetterReader {
  const countByReason = async (): Promise<Record<string, number>> => {
    const manager = await connection.jetstreamManager();
    const info = await manager.streams.info(DEAD_LETTER_STREAM, { subjects_filter: DEAD_LETTER_SUBJECTS });
    const prefix = deadLetterSubject('').length;
    return Object.fromEntries(Object.entries(info.state.subjects ?? {}).map(([subject, count]) => [subject.slice(prefix), count]));
  };
  return {
    countByReason,
    async list(request) {
      const limit = request.limit || DEFAULT_LIMIT;
      if (limit > MAX_LIMIT) throw new MusterError('invalid_argument', `limit is ${limit}: at most ${MAX_LIMIT}`);
      if (!/^[a-z_]*$/.test(request.reason)) {
        throw new MusterError(
          'invalid_argument',
          `reason is ${JSON.stringify(request.reason.slice(0, 60))}: a word like not_finite is needed`,
        );
      }
      const manager = await connection.jetstreamManager();
      return { deadLetters: await readNewest(manager, limit, request.reason), byReason: await countByReason() };
    },
  };
}

async function readNewest(manager: JetStreamManager, limit: number, reason: string): Promise<DeadLetter[]> {
  const { state } = await manager.streams.info(DEAD_LETTER_STREAM);
  const newest = reason === '' ? state.last_seq : ((await lastOf(manager, reason))?.seq ?? 0);
  const oldest = Math.max(state.first_seq, newest - MAX_LOOKED_AT);
  const subject = deadLetterSubject(reason);
  const letters: DeadLetter[] = [];
  for (let seq = newest; seq >= oldest && seq > 0 && letters.length < limit; seq -= WINDOW) {
    const count = Math.min(WINDOW, seq - oldest + 1);
    const messages = await Promise.all(Array.from({ length: count }, (_, i) => message(manager, { seq: seq - i })));
    for (const found of messages) {
      if (found === undefined || (reason !== '' && found.subject !== subject)) continue;
      if (letters.length < limit) letters.push(toDeadLetter(found));
    }
  }
  return letters;
}

function lastOf(manager: JetStreamManager, reason: string): Promise<StoredMsg | undefined> {
  return message(manager, { last_by_subj: deadLetterSubject(reason) });
}

async function message(manager: JetStreamManager, query: { seq: number } | { last_by_subj: string }): Promise<StoredMsg | undefined> {
  try {
    return (await manager.streams.getMessage(DEAD_LETTER_STREAM, query)) ?? undefined;
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE) return undefined;
    throw error;
  }
}

/** A letter that is no JSON of ours is shown as its bytes. */
function toDeadLetter(stored: StoredMsg): DeadLetter {
  const letter = parseLetter(stored.string());
  return {
    id: stored.seq,
    time: toTimestamp(stored.time.getTime()),
    nodeId: text(letter?.['nodeId']),
    reason: stored.subject.slice(deadLetterSubject('').length),
    detail: text(letter?.['detail']),
    measurement: text(letter?.['measurement']),
    row: letter?.['row'] === undefined ? '' : JSON.stringify(letter['row']),
    raw: letter === undefined ? stored.data : Buffer.from(text(letter['raw']), 'base64'),
    epoch: text(letter?.['epoch']),
    seq: typeof letter?.['seq'] === 'number' ? letter['seq'] : 0,
    history: [],
  };
}

function parseLetter(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
