import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { AGENT_MESSAGE_FIELDS, GATEWAY_MESSAGE_FIELDS, type GatewayMessage } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { AgentCall } from './agent-call.ts';
import { AgentSession, type SessionContext } from './agent-session.ts';

function stage(nextSeq: number): { session: AgentSession; sent: GatewayMessage[]; ends: string[]; wishes: unknown[] } {
  const sent: GatewayMessage[] = [];
  const ends: string[] = [];
  const wishes: unknown[] = [];
  const call: AgentCall = {
    peer: '127.0.0.1:1',
    write: (message) => sent.push(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, message)) > 0,
    pause: () => undefined,
    resume: () => undefined,
    end: (code) => ends.push(status[code]),
    cut: () => undefined,
  };
  const events = new Proxy({}, { get: () => () => undefined }) as SessionContext['events'];
  const session = new AgentSession('s', { nodeId: 'node', generation: 1, notAfterMs: Number.MAX_VALUE, keyHash: () => '' }, call, {
    ...{ gateway: 'g', events, publisher: { pressure: false, offer: () => undefined }, now: Date.now },
    ...{
      sendEphemeral: () => undefined,
      commandOutput: () => undefined,
      configReported: () => undefined,
      peersWish: (_, wish) => wishes.push(wish),
      admit: () => ({ usedSeq: 0 }),
      flag: () => undefined,
      ended: () => undefined,
    },
  });
  const hello = { epoch: Buffer.alloc(16, 1), oldestSeq: 5, nextSeq, sentUs: 0, node: null, intervalMs: 1000 };
  session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, { hello }));
  return { session, sent, ends, wishes };
}

it('ends a stream that was welcomed before the ledger told of higher numbers, and no other', () => {
  const { session, sent, ends } = stage(8);
  // Up to 7 they are in the spool and may come again: an acknowledgement was lost.
  expect(session.endIfRolledBack(7)).toBe(false);
  expect(ends).toEqual([]);
  expect(session.endIfRolledBack(8)).toBe(true);
  expect(sent.map((message) => message.refuse?.code)).toEqual([undefined, 'rolled_back']);
  expect(ends).toEqual(['ABORTED']);
  expect(session.endIfRolledBack(9)).toBe(false);
});

it('does not take the numbers of the stream itself for used before', () => {
  const { session, ends } = stage(6);
  for (const seq of [5, 6, 7]) {
    const batch = { epoch: Buffer.alloc(16, 1), seq, batch: Buffer.alloc(1), sentUs: 0 };
    session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, { batch }));
  }
  expect(session.endIfRolledBack(7)).toBe(false);
  expect(ends).toEqual([]);
});

it('hands on what an agent wishes to know of the peers that it probes', () => {
  const { session, wishes } = stage(8);
  session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, { peersWish: {} }));
  expect(wishes).toHaveLength(1);
});
