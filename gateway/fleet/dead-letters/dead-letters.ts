// Shows the dead letters: pages of them, counts by reason, one with its history and what its bytes hold.

import { MusterError } from '../../../core/common/muster-error.ts';
import type { DeadLetter, ListDeadLettersRequest, ListDeadLettersResponse } from '../../../proto/gen/messages.ts';
import { toTimestamp } from '../directory/node-record.ts';
import { describeBytes } from './dead-letter-bytes.ts';
import { assertReason, type DeadLetterStore, type StoredLetter } from './dead-letter-store.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Newest first. Throws `invalid_argument`. */
export async function listDeadLetters(store: DeadLetterStore, request: ListDeadLettersRequest): Promise<ListDeadLettersResponse> {
  const limit = request.limit || DEFAULT_LIMIT;
  if (limit > MAX_LIMIT) throw new MusterError('invalid_argument', `limit is ${limit}: at most ${MAX_LIMIT}`);
  assertReason(request.reason);
  const { letters, nextBeforeId } = await store.page(limit, request.reason, request.beforeId);
  return { deadLetters: letters.map(toDeadLetter), byReason: await store.countByReason(), nextBeforeId };
}

/** One letter with all that is known of it. Throws `not_found`. */
export async function getDeadLetter(store: DeadLetterStore, id: number): Promise<DeadLetter> {
  const letter = await store.get(id);
  const decoded = letter.raw === undefined ? '' : JSON.stringify(describeBytes(letter.raw, letter.epoch !== ''));
  return { ...toDeadLetter(letter), decoded };
}

function toDeadLetter(letter: StoredLetter): DeadLetter {
  const { id, nodeId, reason, detail, measurement, epoch, seq, row, raw, tags = [], textFields = [], history } = letter;
  return {
    ...{ id, nodeId, reason, detail, measurement, epoch, seq, decoded: '' },
    time: toTimestamp(letter.timeMs),
    row: row === undefined ? '' : JSON.stringify(row),
    raw: raw ?? Buffer.alloc(0),
    tags: [...tags],
    textFields: [...textFields],
    history: history.map((life) => ({ id: life.id, time: toTimestamp(life.timeMs), reason: life.reason, detail: life.detail })),
  };
}
