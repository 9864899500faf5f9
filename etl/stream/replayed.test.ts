import { headers } from 'nats';
import { expect, it } from 'vitest';
import { encodeHistories, REPLAY_HEADER, replayEpoch } from '../../core/common/replay.ts';
import type { DeadLetter } from '../telemetry/dead-letter.ts';
import { addHistories } from './replayed.ts';

const lives = [{ id: 7, timeMs: 1, reason: 'malformed', detail: 'x' }];
const letter = (epoch: string, raw?: Buffer): DeadLetter => ({
  ...{ nodeId: 'n', epoch, seq: 1, measurement: '', reason: 'malformed', detail: '', receivedUs: 0 },
  ...(raw === undefined ? {} : { raw: raw.toString('base64') }),
});
const message = (data: Buffer, header?: string) => {
  const all = headers();
  if (header !== undefined) all.set(REPLAY_HEADER, header);
  return { data, headers: all };
};

it('knows a replayed batch by its epoch and a message by its bytes, and leaves all others alone', () => {
  const junk = Buffer.from('junk');
  const letters = [
    letter(Buffer.from(replayEpoch(7, new Uint8Array(4))).toString('hex')),
    letter('', junk),
    letter('', Buffer.from('other')),
    letter('00'.repeat(16)),
    letter(Buffer.from(replayEpoch(8, new Uint8Array(4))).toString('hex')),
  ];
  addHistories(letters, [message(Buffer.from('first')), message(junk, encodeHistories({ 7: lives }))]);
  expect(letters.map(({ history }) => history)).toEqual([lives, lives, undefined, undefined, undefined]);
});
