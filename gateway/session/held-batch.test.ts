// A batch that cannot be taken now, as its agent sees it.
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { AGENT_MESSAGE_FIELDS } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { Upload } from '../publisher/lane.ts';
import { AgentSession, type SessionContext } from './agent-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const EPOCH = Buffer.alloc(16, 1);
const quiet = (): undefined => undefined;

/** A stream with two batches, the first of which is given back for now. */
function stage() {
  let written = 0;
  const ends: string[] = [];
  const offered: Upload[] = [];
  const call = {
    ...{ peer: '127.0.0.1:1', pause: quiet, resume: quiet, cut: quiet },
    write: () => ++written > 0,
    end: (code: status, details: string) => void ends.push(`${status[code]} ${details}`),
  };
  const events = new Proxy({}, { get: () => quiet }) as SessionContext['events'];
  const session = new AgentSession('s', { nodeId: 'node', generation: 1, notAfterMs: Number.MAX_VALUE, keyHash: () => '' }, call, {
    ...{ gateway: 'g', events, publisher: { pressure: false, offer: (upload) => void offered.push(upload) }, now: Date.now },
    ...{ sendEphemeral: quiet, commandOutput: quiet, configReported: quiet, peersWish: quiet, flag: quiet, ended: quiet },
    admit: () => ({ usedSeq: 0 }),
  });
  const say = (message: object): void => session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, message));
  say({ hello: { epoch: EPOCH, oldestSeq: 5, nextSeq: 5, sentUs: 0, node: null, intervalMs: 1000 } });
  for (const seq of [5, 6]) say({ batch: { epoch: EPOCH, seq, batch: Buffer.alloc(3), sentUs: 0 } });
  const welcomed = written;
  offered[0]?.onRefused(new MusterError('unavailable', 'too much waits'));
  return { session, offered, ends, answers: () => written - welcomed };
}

it('stays with its agent; the stream is open for a while, and the next one brings it again', () => {
  const { session, offered, ends, answers } = stage();
  offered[1]?.onStored();
  expect([answers(), session.settled, offered[0]?.wanted?.()]).toEqual([0, false, true]);
  vi.advanceTimersByTime(29_999);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect([ends, offered[0]?.wanted?.()]).toEqual([['UNAVAILABLE too much waits'], false]);
});

it('leaves no timer when the stream ends before', () => {
  const { session, ends } = stage();
  session.cancelled();
  expect([vi.getTimerCount(), ends]).toEqual([0, []]);
});
