// What a KV bucket's refusals mean, and their words for people.
import { NatsError } from 'nats';
import { NEEDED_PAYLOAD_BYTES } from '../core/common/batch-size.ts';
import { MusterError, messageOf } from '../core/common/muster-error.ts';

/** "wrong last sequence": somebody else wrote in between. */
const WRONG_LAST_SEQUENCE = 10071;
/** "message size exceeds maximum allowed". */
const MESSAGE_TOO_LARGE = 10054;
/** What an entry has beside its value: the header with the revision it replaces. */
const HEADER_BYTES = 256;

/** Somebody else wrote the key in between. */
export function isConflict(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE;
}

/** Throws whatever is no conflict. */
export function unlessConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}

/** Refused for its size, by the client or by the stream behind the bucket. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof NatsError && (error.code === 'MAX_PAYLOAD_EXCEEDED' || error.api_error?.err_code === MESSAGE_TOO_LARGE);
}

/** An entry is tried again only where another limit could ever take it: `unavailable` then, `limit_exceeded` else. */
export function entryTooLarge(what: string, bytes: number, maxPayload: number | undefined, cause: unknown): MusterError {
  const words = `the entry ${what} has ${bytes} bytes`;
  if (bytes + HEADER_BYTES > NEEDED_PAYLOAD_BYTES)
    return new MusterError('limit_exceeded', `${words}, more than any entry may have (${NEEDED_PAYLOAD_BYTES - HEADER_BYTES})`, cause);
  const limit = maxPayload === undefined || maxPayload >= NEEDED_PAYLOAD_BYTES ? 'less' : String(maxPayload);
  return new MusterError(
    'unavailable',
    `${words}, and the limit of nats-server is ${limit}: set its max_payload to ${NEEDED_PAYLOAD_BYTES} and try again`,
    cause,
  );
}

const UNREADABLE = 'of a newer version of Muster, or damaged';

/** An entry that cannot be read is not written over: what it says may still count elsewhere. */
export function unreadableEntry(bucket: string, key: string): MusterError {
  return new MusterError(
    'failed_precondition',
    `the entry ${key} of ${bucket} cannot be read, it is ${UNREADABLE}: nothing was changed; run that version, or remove the entry`,
  );
}

/** A sentence for people; none where all can be read. */
export function unreadableProblems(bucket: string, keys: readonly string[]): string[] {
  const [first] = keys;
  if (first === undefined) return [];
  const which = keys.length === 1 ? `the entry ${first} of ${bucket}` : `${keys.length} entries of ${bucket}, ${first} among them,`;
  return [`${which} cannot be read: ${UNREADABLE}; what is known of it is not certain until a gateway can read it, or it is removed`];
}

/** The answer; a refusal is `unavailable`, but for a conflict and what has its words already. */
export async function reachable<R>(answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (error) {
    if (isConflict(error) || error instanceof MusterError) throw error;
    const words = messageOf(error);
    throw new MusterError('unavailable', `nats-server does not answer (${words}): try again`, error);
  }
}
