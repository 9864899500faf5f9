// Gives the letters of what was replayed the history of the letter it came from, which its message brought along.
import type { JsMsg } from 'nats';
import { type DeadLetterLife, decodeHistories, REPLAY_HEADER, replayedLetter } from '../../core/common/replay.ts';
import type { DeadLetter } from '../telemetry/dead-letter.ts';

export type ReplayedMessage = Pick<JsMsg, 'data' | 'headers'>;

export function addHistories(letters: readonly DeadLetter[], messages: readonly ReplayedMessage[]): void {
  const byLetter = new Map<string, readonly DeadLetterLife[]>();
  const byBytes = new Map<string, readonly DeadLetterLife[]>();
  for (const { data, headers } of messages) {
    const header = headers?.get(REPLAY_HEADER);
    if (header === undefined || header === '') continue;
    const histories = Object.entries(decodeHistories(header));
    for (const [id, lives] of histories) byLetter.set(id, lives);
    // A message that could not be decoded is sent again as it is, and has no epoch to tell it by.
    if (histories.length === 1) byBytes.set(Buffer.from(data).toString('base64'), histories[0]?.[1] ?? []);
  }
  if (byLetter.size === 0) return;
  for (const letter of letters) {
    const id = replayedLetter(letter.epoch);
    const history = id === undefined ? (letter.epoch === '' ? byBytes.get(letter.raw ?? '') : undefined) : byLetter.get(String(id));
    if (history !== undefined) letter.history = history;
  }
}
