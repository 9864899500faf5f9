// The dead-letter stream as the gateway uses it: letters by id, by page and by reason, and their removal.
import { type JetStreamManager, type NatsConnection, NatsError, type StoredMsg } from 'nats';
import { MusterError } from '../../../core/common/muster-error.ts';
import { type DeadLetterLife, toLives } from '../../../core/common/replay.ts';
import { DEAD_LETTER_STREAM, DEAD_LETTER_SUBJECTS, deadLetterSubject } from '../../../core/common/streams.ts';

/** A letter as the ETL wrote it. What it lacks is empty. */
export interface StoredLetter {
  /** Sequence number in the stream. */
  id: number;
  timeMs: number;
  reason: string;
  detail: string;
  nodeId: string;
  /** Hexadecimal; empty for a message that could not be decoded. */
  epoch: string;
  seq: number;
  measurement: string;
  row?: Readonly<Record<string, unknown>>;
  tags?: readonly string[];
  textFields?: readonly string[];
  /** The bytes of a batch or message; those of the letter itself where it is no JSON of ours. */
  raw?: Buffer;
  history: readonly DeadLetterLife[];
}

export interface LetterPage {
  letters: StoredLetter[];
  /** Where the next page begins; 0 where there is none. */
  nextBeforeId: number;
}

/** Asked for at the same time. */
const WINDOW = 32;
/** How far one page looks for a reason among others. */
const MAX_LOOKED_AT = 10_000;
const FETCH_MESSAGES = 500;
const FETCH_MS = 3000;
/** The server's answer for a sequence number that holds no message, on reading and on deleting. */
const NO_MESSAGE = new Set([10037, 10043, 10057]);

export class DeadLetterStore {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async countByReason(): Promise<Record<string, number>> {
    const manager = await this.#connection.jetstreamManager();
    const info = await manager.streams.info(DEAD_LETTER_STREAM, { subjects_filter: DEAD_LETTER_SUBJECTS });
    return Object.fromEntries(Object.entries(info.state.subjects ?? {}).map(([subject, count]) => [reasonOf(subject), count]));
  }

  /** The newest below `beforeId` (0: of all), newest first; a reason may be empty. */
  async page(limit: number, reason: string, beforeId: number): Promise<LetterPage> {
    const manager = await this.#connection.jetstreamManager();
    const { state } = await manager.streams.info(DEAD_LETTER_STREAM);
    const last = reason === '' ? state.last_seq : ((await message(manager, { last_by_subj: deadLetterSubject(reason) }))?.seq ?? 0);
    const newest = beforeId === 0 ? last : Math.min(last, beforeId - 1);
    const oldest = Math.max(state.first_seq, newest - MAX_LOOKED_AT, 1);
    const letters: StoredLetter[] = [];
    for (let seq = newest; seq >= oldest; seq -= WINDOW) {
      const count = Math.min(WINDOW, seq - oldest + 1);
      const found = await Promise.all(Array.from({ length: count }, (_, i) => message(manager, { seq: seq - i })));
      for (const stored of found) {
        if (stored === undefined || (reason !== '' && reasonOf(stored.subject) !== reason)) continue;
        if (letters.length === limit) return { letters, nextBeforeId: letters.at(-1)?.id ?? 0 };
        letters.push(toLetter(stored));
      }
    }
    return { letters, nextBeforeId: oldest > state.first_seq && newest >= oldest ? oldest : 0 };
  }

  /** Those of these ids that are there, in their order. */
  async find(ids: readonly number[]): Promise<StoredLetter[]> {
    const manager = await this.#connection.jetstreamManager();
    const letters: StoredLetter[] = [];
    for (let from = 0; from < ids.length; from += WINDOW) {
      const found = await Promise.all(ids.slice(from, from + WINDOW).map((seq) => message(manager, { seq })));
      for (const stored of found) if (stored !== undefined) letters.push(toLetter(stored));
    }
    return letters;
  }

  /** Throws `not_found`. */
  async get(id: number): Promise<StoredLetter> {
    const [letter] = id > 0 ? await this.find([id]) : [];
    if (letter !== undefined) return letter;
    throw new MusterError('not_found', `there is no dead letter ${id}: it was replayed, discarded, or never there`);
  }

  /** The oldest of a reason, up to and with `upToId`, no more than `limit`. */
  async ofReason(reason: string, upToId: number, limit: number): Promise<StoredLetter[]> {
    const subject = deadLetterSubject(reason);
    const manager = await this.#connection.jetstreamManager();
    const { state } = await manager.streams.info(DEAD_LETTER_STREAM, { subjects_filter: subject });
    let left = Math.min(limit, state.subjects?.[subject] ?? 0);
    if (left === 0) return [];
    const letters: StoredLetter[] = [];
    const consumer = await this.#connection.jetstream().consumers.get(DEAD_LETTER_STREAM, { filterSubjects: subject });
    while (left > 0) {
      const before = left;
      for await (const found of await consumer.fetch({ max_messages: Math.min(left, FETCH_MESSAGES), expires: FETCH_MS })) {
        left = found.seq >= upToId ? 0 : left - 1;
        if (found.seq > upToId) break;
        const time = new Date(found.info.timestampNanos / 1e6);
        letters.push(toLetter({ seq: found.seq, subject: found.subject, time, data: found.data }));
      }
      // The rest was removed meanwhile.
      if (left === before) break;
    }
    await consumer.delete();
    return letters;
  }

  /** Removes these; one that is gone already is no error. Returns how many were there. */
  async remove(ids: readonly number[]): Promise<number> {
    const manager = await this.#connection.jetstreamManager();
    let removed = 0;
    for (let from = 0; from < ids.length; from += WINDOW) {
      const gone = await Promise.all(ids.slice(from, from + WINDOW).map((id) => removeOne(manager, id)));
      removed += gone.filter(Boolean).length;
    }
    return removed;
  }

  /** Removes those of a reason up to and with `upToId`. */
  async purge(reason: string, upToId: number): Promise<number> {
    const manager = await this.#connection.jetstreamManager();
    return (await manager.streams.purge(DEAD_LETTER_STREAM, { filter: deadLetterSubject(reason), seq: upToId + 1 })).purged;
  }
}

/** Throws `invalid_argument` for what is no word. */
export function assertReason(reason: string): void {
  if (/^[a-z_]*$/.test(reason)) return;
  throw new MusterError('invalid_argument', `reason is ${JSON.stringify(reason.slice(0, 60))}: a word like not_finite is needed`);
}

async function message(manager: JetStreamManager, query: { seq: number } | { last_by_subj: string }): Promise<StoredMsg | undefined> {
  try {
    return (await manager.streams.getMessage(DEAD_LETTER_STREAM, query)) ?? undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function removeOne(manager: JetStreamManager, id: number): Promise<boolean> {
  try {
    return await manager.streams.deleteMessage(DEAD_LETTER_STREAM, id, false);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof NatsError && NO_MESSAGE.has(error.api_error?.err_code ?? 0);
}

function reasonOf(subject: string): string {
  return subject.slice(deadLetterSubject('').length);
}

function toLetter({ seq, subject, time, data }: Pick<StoredMsg, 'seq' | 'subject' | 'time' | 'data'>): StoredLetter {
  const bytes = Buffer.from(data);
  const letter = parseLetter(bytes.toString('utf8'));
  const { row, tags, textFields, raw } = letter ?? {};
  return {
    ...{ id: seq, timeMs: time.getTime(), reason: reasonOf(subject) },
    ...{ nodeId: text(letter?.['nodeId']), detail: text(letter?.['detail']), epoch: text(letter?.['epoch']) },
    ...{ seq: typeof letter?.['seq'] === 'number' ? letter['seq'] : 0, measurement: text(letter?.['measurement']) },
    ...(typeof row === 'object' && row !== null ? { row: row as Record<string, unknown> } : {}),
    ...(Array.isArray(tags) ? { tags: tags.map(String) } : {}),
    ...(Array.isArray(textFields) ? { textFields: textFields.map(String) } : {}),
    ...(letter === undefined ? { raw: bytes } : typeof raw === 'string' ? { raw: Buffer.from(raw, 'base64') } : {}),
    history: toLives(letter?.['history']),
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
