// What one stream of an agent does with each message, as its agent and the gateway around it see it.
import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { AGENT_MESSAGE_FIELDS, GATEWAY_MESSAGE_FIELDS, type GatewayMessage } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { Upload } from '../publisher/lane.ts';
import type { AgentCall } from './agent-call.ts';
import { AgentSession, type SessionContext } from './agent-session.ts';
import { WINDOW } from './stream-limits.ts';

const EPOCH = Buffer.alloc(16, 1);
const NOW_MS = 1_767_225_600_000;
const HOUR_US = 3_600_000_000;

/** A session whose clock, connection and publisher do what the test says, and all that was said by it. */
function staged(given: { usedSeq?: number; admit?: () => { usedSeq: number } } = {}) {
  const sent: GatewayMessage[] = [];
  const did: string[] = [];
  const told: [string, unknown][] = [];
  const offered: Upload[] = [];
  const ephemeral: [string, Uint8Array][] = [];
  const world = { nowMs: NOW_MS, takes: true, pressure: false };
  const call: AgentCall = {
    peer: '127.0.0.1:1',
    write: (message) => {
      sent.push(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, message));
      return world.takes;
    },
    ...{ pause: () => void did.push('pause'), resume: () => void did.push('resume'), cut: () => void did.push('cut') },
    end: (code, details) => void did.push(`end ${status[code]} ${details}`),
  };
  const events = new Proxy({}, { get: (_, name) => (what: unknown) => void told.push([String(name), what]) }) as SessionContext['events'];
  const passed: [string, unknown][] = [];
  const session = new AgentSession('s', { nodeId: 'node', generation: 1, notAfterMs: Number.MAX_VALUE, keyHash: () => '' }, call, {
    ...{ gateway: 'g', events, now: () => world.nowMs },
    publisher: {
      get pressure() {
        return world.pressure;
      },
      offer: (upload) => void offered.push(upload),
    },
    sendEphemeral: (subject, payload) => void ephemeral.push([subject, payload]),
    commandOutput: (_, output) => void passed.push(['output', output]),
    configReported: (_, config) => void passed.push(['config', config]),
    peersWish: (_, wish) => void passed.push(['wish', wish]),
    admit: given.admit ?? (() => ({ usedSeq: given.usedSeq ?? 0 })),
    flag: (one) => void passed.push(['flag', one.clockProblem]),
    ended: () => void passed.push(['ended', undefined]),
  });
  const say = (message: object): void => session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, message));
  const hello = (more: object = {}): void =>
    say({ hello: { epoch: EPOCH, oldestSeq: 5, nextSeq: 5, sentUs: 0, node: null, intervalMs: 1000, ...more } });
  const batch = (seq: number, more: object = {}): void => say({ batch: { epoch: EPOCH, seq, batch: Buffer.alloc(3), sentUs: 0, ...more } });
  const toldOf = (name: string): unknown[] => told.filter(([one]) => one === name).map(([, what]) => what);
  return { session, sent, did, offered, ephemeral, world, passed, say, hello, batch, told: toldOf };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('welcomes a hello with where the stream goes on, and nothing before it', () => {
  const { session, sent, did, hello, batch, told } = staged();
  expect([session.hasHello, session.numbers, session.settled]).toEqual([false, [], true]);
  hello();
  expect(sent).toMatchObject([
    { welcome: { nodeId: 'node', gateway: 'g', timeUs: NOW_MS * 1000, expectedSeq: 5, maxBatchBytes: MAX_BATCH_BYTES, window: WINDOW } },
  ]);
  expect([session.hasHello, session.numbers, did]).toEqual([true, [{ epoch: EPOCH.toString('hex'), acknowledgedSeq: 4 }], []]);
  const other = staged();
  other.batch(1);
  expect(other.did).toEqual(['resume', 'end INVALID_ARGUMENT the first message is a batch: a hello is needed']);
  expect(other.told('messageMalformed')).toMatchObject([{ nodeId: 'node', peer: '127.0.0.1:1' }]);
  expect(told('messageMalformed')).toEqual([]);
  batch(5);
  expect(did).toEqual([]);
});

it('acknowledges what is stored, in one message what is stored in one turn, and never beyond a batch that is not', async () => {
  const { session, sent, offered, hello, batch, told } = staged();
  hello();
  for (const seq of [5, 6, 7]) batch(seq);
  expect([session.settled, offered.map(({ delivery }) => delivery.seq)]).toEqual([false, [5, 6, 7]]);
  expect(offered[0]?.delivery).toMatchObject({ nodeId: 'node', receivedUs: NOW_MS * 1000, gateway: 'g', epoch: EPOCH, skewUs: 0 });
  expect(told('batchTaken')).toEqual([3, 3, 3]);
  offered[1]?.onStored();
  await turn();
  expect(sent).toHaveLength(1);
  offered[0]?.onStored();
  offered[2]?.onStored();
  await turn();
  expect(sent.slice(1)).toMatchObject([{ ack: { epoch: EPOCH, seq: 7 } }]);
  expect(session.settled).toBe(true);
  offered[2]?.onStored();
  await turn();
  expect(sent).toHaveLength(2);
});

it('acknowledges a batch again that comes again, once it is stored', async () => {
  const { sent, offered, hello, batch, told } = staged();
  hello();
  batch(5);
  batch(5);
  await turn();
  expect([sent.length, offered.length, told('batchRepeated').length]).toEqual([1, 1, 1]);
  offered[0]?.onStored();
  await turn();
  batch(5);
  await turn();
  expect(sent.slice(1)).toMatchObject([{ ack: { seq: 5 } }, { ack: { seq: 5 } }]);
  expect(offered).toHaveLength(1);
});

it('refuses what leaves a hole and what is of an epoch that no hello named, and names what it waits for', () => {
  const { sent, offered, hello, batch, told } = staged();
  hello();
  batch(6);
  batch(5, { epoch: Buffer.alloc(16, 2) });
  expect(sent.slice(1)).toMatchObject([
    { refuse: { epoch: EPOCH, seq: 6, code: 'sequence_gap', permanent: false, expectedSeq: 5, reason: 'batch 6 came, 5 is waited for' } },
    { refuse: { epoch: Buffer.alloc(16, 2), seq: 5, code: 'foreign_epoch', permanent: false } },
  ]);
  expect(told('batchRefused')).toEqual([
    { nodeId: 'node', seq: 6, code: 'sequence_gap' },
    { nodeId: 'node', seq: 5, code: 'foreign_epoch' },
  ]);
  expect(offered).toEqual([]);
});

it('takes a batch of the largest size, and refuses a larger one for good: those behind it go on', async () => {
  const { session, sent, offered, hello, batch } = staged();
  hello();
  batch(5, { batch: Buffer.alloc(MAX_BATCH_BYTES) });
  batch(6, { batch: Buffer.alloc(MAX_BATCH_BYTES + 1) });
  batch(7);
  expect(offered.map(({ delivery }) => delivery.seq)).toEqual([5, 7]);
  expect(sent.slice(1)).toMatchObject([{ refuse: { seq: 6, code: 'batch_too_large', permanent: true, expectedSeq: 7 } }]);
  offered[0]?.onStored();
  offered[1]?.onStored();
  await turn();
  expect(sent.slice(2)).toMatchObject([{ ack: { seq: 7 } }]);
  expect(session.settled).toBe(true);
});

it('gives a batch back that the stream takes in no message, and acknowledges those behind it', async () => {
  const { sent, offered, hello, batch } = staged();
  hello();
  batch(5);
  batch(6);
  offered[1]?.onStored();
  offered[0]?.onRefused(new MusterError('limit_exceeded', 'too large for the stream'));
  await turn();
  expect(sent.slice(1)).toMatchObject([
    { refuse: { seq: 5, code: 'batch_too_large', permanent: true, reason: 'too large for the stream' } },
    { ack: { seq: 6 } },
  ]);
  batch(7);
  offered[2]?.onRefused(new MusterError('limit_exceeded', 'too large for the stream'));
  await turn();
  expect(sent.slice(3)).toMatchObject([{ refuse: { seq: 7 } }]);
});

it('reads no more while a window of batches is open, and reads on when one is stored', async () => {
  const { session, did, offered, world, hello, batch } = staged();
  hello();
  for (let i = 0; i < WINDOW - 1; i++) batch(5 + i);
  expect(did).toEqual([]);
  batch(5 + WINDOW - 1);
  expect(did).toEqual(['pause']);
  world.nowMs += 5000;
  // It is this side that does not read: nobody is silent.
  expect(session.silentMs).toBe(0);
  expect(session.asOlder.silentMs).toBe(5000);
  offered[0]?.onStored();
  expect(did).toEqual(['pause', 'resume']);
  expect(session.silentMs).toBe(0);
  world.nowMs += 7;
  expect(session.silentMs).toBe(7);
});

it('reads no more under pressure of the publisher, and while the agent does not read', () => {
  const { session, did, world, hello, say } = staged();
  hello();
  world.pressure = true;
  session.updateReading();
  session.updateReading();
  world.pressure = false;
  session.updateReading();
  expect(did).toEqual(['pause', 'resume']);
  world.takes = false;
  session.sendConfig({ version: 1 } as never);
  say({ heartbeat: { sentUs: 0 } });
  expect(did.slice(2)).toEqual(['pause']);
  world.nowMs += 40;
  expect(session.blockedMs).toBe(40);
  world.takes = true;
  session.drained();
  expect([did.slice(3), session.blockedMs]).toEqual([['resume'], 0]);
});

it.each([
  ['a configuration', (session: AgentSession) => session.sendConfig({ version: 1 } as never)],
  ['peers', (session: AgentSession) => session.sendPeers({ peers: [] } as never)],
  ['a command', (session: AgentSession) => session.sendCommand({ command: { id: 'c' } as never })],
  ['a lease', (session: AgentSession) => session.lease({ durationMs: 5, intervalMs: 5 } as never)],
])('cuts an agent that does not read off where %s does not fit any more', (_, send) => {
  const { session, did, world, hello } = staged();
  hello();
  world.takes = false;
  for (let i = 0; i < 65; i++) send(session);
  expect(did).toEqual([]);
  send(session);
  expect(did).toEqual(['resume', 'end RESOURCE_EXHAUSTED the agent does not read what the gateway sends', 'cut']);
  send(session);
  expect(did).toHaveLength(3);
});

it('cuts an agent off as well whose refusals do not fit any more', () => {
  const { did, world, hello, batch } = staged();
  hello();
  world.takes = false;
  for (let i = 0; i < 65; i++) batch(9);
  expect(did.filter((one) => one !== 'pause')).toEqual([]);
  batch(9);
  expect(did.filter((one) => one !== 'pause')).toEqual([
    'resume',
    ...['end RESOURCE_EXHAUSTED the agent does not read what the gateway sends', 'cut'],
  ]);
});

it('passes heartbeats and the summaries of batches on, and what a heartbeat says of the configuration', () => {
  const { ephemeral, passed, hello, say, batch } = staged();
  hello();
  say({ heartbeat: { sentUs: 0 } });
  expect([ephemeral.map(([subject]) => subject), passed]).toEqual([['muster.summary.node'], []]);
  say({ heartbeat: { sentUs: 0, config: { version: 3, state: 'applied', rejectedVersion: 0, problem: '' } } });
  expect(passed).toMatchObject([['config', { version: 3 }]]);
  batch(5);
  expect(ephemeral).toHaveLength(2);
  batch(6, { summary: { cpuPercent: 5 } });
  expect(ephemeral.map(([subject]) => subject)).toEqual(['muster.summary.node', 'muster.summary.node', 'muster.summary.node']);
});

it('passes live samples on while a lease holds, and not a moment longer', () => {
  const { session, ephemeral, world, sent, hello, say, told } = staged();
  session.lease({ durationMs: 1000 } as never);
  expect(sent).toEqual([]);
  hello();
  const live = (): number => {
    say({ live: { sentUs: 1 } });
    return ephemeral.filter(([subject]) => subject === 'muster.live.node').length;
  };
  expect(live()).toBe(0);
  session.lease({ durationMs: 1000 } as never);
  expect(sent.at(-1)).toMatchObject({ lease: { durationMs: 1000 } });
  world.nowMs += 999;
  expect(live()).toBe(1);
  world.nowMs += 1;
  expect(live()).toBe(1);
  session.lease({ durationMs: 1000 } as never);
  expect(live()).toBe(2);
  session.lease({ durationMs: 0 } as never);
  expect([live(), told('livePassedOn').length]).toEqual([2, 2]);
});

it('flags a clock that is more than a day off, once, and takes the flag back', () => {
  const { session, passed, offered, hello, batch, told } = staged();
  const at = (skewUs: number): number => NOW_MS * 1000 - skewUs;
  hello({ sentUs: at(24 * HOUR_US) });
  expect(passed).toEqual([]);
  batch(5, { sentUs: at(24 * HOUR_US + 1000) });
  batch(6, { sentUs: at(25 * HOUR_US) });
  const behind = 'its clock is 24 h behind: its samples are set aside until it is right';
  expect([passed, session.clockProblem]).toEqual([[['flag', behind]], behind]);
  expect(told('clockFarOff')).toEqual([{ nodeId: 'node', skewUs: 24 * HOUR_US + 1000 }]);
  expect(offered.map(({ delivery }) => delivery.skewUs)).toEqual([24 * HOUR_US + 1000, 25 * HOUR_US]);
  batch(7, { sentUs: 0 });
  expect([session.clockProblem, offered[2]?.delivery.skewUs]).toEqual([behind, 0]);
  batch(8, { sentUs: at(5) });
  expect([passed.at(-1), session.clockProblem]).toEqual([['flag', ''], '']);
  batch(9, { sentUs: at(-48 * HOUR_US) });
  expect(session.clockProblem).toBe('its clock is 48 h ahead: its samples are set aside until it is right');
});

it('ends when the agent has ended and all is acknowledged', async () => {
  const { session, sent, did, offered, hello, batch, told, passed } = staged();
  hello();
  batch(5);
  session.peerEnded();
  expect([did, session.asOlder.closing]).toEqual([[], true]);
  offered[0]?.onStored();
  await turn();
  expect([sent.at(-1)?.ack?.seq, did]).toEqual([5, ['resume', 'end OK ']]);
  expect(told('streamEnded')).toMatchObject([{ nodeId: 'node', reason: 'agent' }]);
  expect(passed).toEqual([['ended', undefined]]);
  const idle = staged();
  idle.hello();
  idle.session.peerEnded();
  expect(idle.did).toEqual(['resume', 'end OK ']);
});

it('ends once, and what is stored later is told to nobody', async () => {
  const { session, sent, did, offered, hello, batch, told, passed } = staged();
  hello();
  batch(5);
  batch(6);
  session.cancelled();
  expect([did, told('streamEnded')]).toEqual([
    ['resume'],
    [expect.objectContaining({ reason: 'cancelled', detail: 'the connection ended' })],
  ]);
  offered[0]?.onStored();
  offered[1]?.onRefused(new MusterError('limit_exceeded', 'x'));
  session.end('agent', status.OK, '');
  batch(7);
  session.sendCommand({ command: { id: 'c' } as never });
  await turn();
  expect([did.length, sent.length, passed.length, offered.length]).toEqual([1, 1, 1, 2]);
});

it.each([
  ['already_exists', 'ALREADY_EXISTS', 'duplicate_identity'],
  ['unauthenticated', 'UNAUTHENTICATED', 'expired'],
  ['permission_denied', 'PERMISSION_DENIED', 'removed'],
  ['malformed', 'INVALID_ARGUMENT', 'malformed'],
  ['internal', 'INTERNAL', 'internal'],
] as const)('ends a stream that is not admitted for %s with %s', (code, word, reason) => {
  const { did, sent, hello, told } = staged({
    admit: () => {
      throw new MusterError(code, 'why');
    },
  });
  hello();
  expect([sent, did]).toEqual([[], ['resume', `end ${word} why`]]);
  expect(told('streamEnded')).toMatchObject([{ reason }]);
});

it('refuses a spool that was restored, and names the number after those that were used', () => {
  const { session, sent, did, hello, told } = staged({ usedSeq: 9 });
  hello({ nextSeq: 9 });
  expect(sent).toMatchObject([{ refuse: { seq: 9, code: 'rolled_back', permanent: false, expectedSeq: 10 } }]);
  expect([did.length, told('spoolRolledBack')]).toEqual([2, [{ nodeId: 'node', peer: '127.0.0.1:1', nextSeq: 9, usedSeq: 9 }]]);
  expect(session.endIfRolledBack(20)).toBe(false);
  const right = staged({ usedSeq: 8 });
  right.hello({ nextSeq: 9 });
  expect(right.sent).toMatchObject([{ welcome: { expectedSeq: 5 } }]);
});

it('carries a second epoch after another hello, which is not welcomed again', async () => {
  const { session, sent, offered, hello, batch } = staged();
  hello();
  const other = Buffer.alloc(16, 2);
  hello({ epoch: other, oldestSeq: 40, nextSeq: 50 });
  batch(40, { epoch: other });
  offered[0]?.onStored();
  await turn();
  expect(sent.slice(1)).toMatchObject([{ ack: { epoch: other, seq: 40 } }]);
  expect(session.numbers).toEqual([
    { epoch: EPOCH.toString('hex'), acknowledgedSeq: 4 },
    { epoch: other.toString('hex'), acknowledgedSeq: 40 },
  ]);
  expect(session.asOlder).toMatchObject({ epochs: [{ expectedSeq: 5 }, { expectedSeq: 41 }], closing: false });
});

it('tells who it is, in at most 64 letters of a stranger’s', () => {
  const { session, hello } = staged();
  expect([session.instance, session.whence]).toEqual(['', '127.0.0.1:1']);
  hello({ instance: 'i'.repeat(65), bootId: 'b'.repeat(65) });
  expect([session.instance, session.whence]).toEqual(['i'.repeat(64), `127.0.0.1:1 (boot "${'b'.repeat(64)}")`]);
});

it('warns of a drain without ending', () => {
  const { session, sent, did, hello } = staged();
  hello();
  session.drain(3000);
  expect([sent.at(-1), did]).toMatchObject([{ drain: { withinMs: 3000 } }, []]);
});

it('hands the output of a command on', () => {
  const { passed, hello, say } = staged();
  hello();
  say({ commandOutput: { id: 'c' } });
  expect(passed).toMatchObject([['output', { id: 'c' }]]);
});
