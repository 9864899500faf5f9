// What the table of streams tells the parts of the gateway around it, and what it does at their word and with time.
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { AGENT_MESSAGE_FIELDS, GATEWAY_MESSAGE_FIELDS, type GatewayMessage, LEASE_FIELDS } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { UsedNumbers } from '../nodes/used-numbers.ts';
import type { AgentSession } from './agent-session.ts';
import { SessionTable, type SessionTableOptions } from './session-table.ts';
import { HELLO_WITHIN_MS, NOT_READING_MS, SILENT_MS } from './stream-limits.ts';

const NODE = 'node';
const EPOCH = Buffer.alloc(16, 1);
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function stage() {
  const world = {
    nowMs: 1_000_000,
    pressure: false,
    locked: undefined as object | undefined,
    refuses: undefined as Error | undefined,
    maySend: true,
  };
  const did: unknown[][] = [];
  const listeners: Record<string, (...args: never[]) => void> = {};
  const on =
    (name: string) =>
    (listener: (...args: never[]) => void): (() => void) => {
      listeners[name] = listener;
      return () => void did.push(['no more', name]);
    };
  const note =
    (name: string) =>
    (...args: unknown[]): void =>
      void did.push([name, ...args.map((arg) => ((arg as AgentSession | undefined)?.identity === undefined ? arg : 'session'))]);
  let lease: (error: null, message: { subject: string; data: Uint8Array }) => void = () => undefined;
  const offered: { delivery: { seq: number }; onStored(): void }[] = [];
  const table = new SessionTable({
    gateway: 'g',
    link: {
      connection: {
        subscribe: (_: string, { callback }: { callback: typeof lease }) => {
          lease = callback;
          return { unsubscribe: () => void did.push(['no more', 'leases']) };
        },
      },
      sendEphemeral: (subject: string) => void did.push(['ephemeral', subject]),
    },
    publisher: {
      get pressure() {
        return world.pressure;
      },
      onPressure: on('pressure'),
      offer: (upload: (typeof offered)[number]) => void offered.push(upload),
    },
    registry: {
      ...{ onRemoved: on('removed'), onChanged: on('changed'), seen: note('seen') },
      assertNotRemoved: () => {
        if (world.refuses !== undefined) throw world.refuses;
      },
      identities: { assertMayConnect: note('may connect'), sharedOf: () => world.locked, flag: note('flag') },
    },
    presence: {
      ...{ numbers: note('numbers'), disconnected: note('disconnected'), setProblem: note('problem') },
      ...{ connected: () => true, current: () => undefined, onFate: on('fate') },
    },
    numbers: Object.assign(new UsedNumbers(), { onLearned: on('learned') }),
    ...{
      configs: { reported: note('config'), ended: note('configs ended') },
      commands: { output: note('output'), ended: note('commands ended') },
    },
    mesh: { wish: note('wish'), gone: note('mesh gone') },
    events: new Proxy({}, { get: (_, name) => note(`event ${String(name)}`) }),
    now: () => world.nowMs,
  } as unknown as SessionTableOptions);
  await table.start();
  const told = (name: string): unknown[][] => did.filter(([what]) => what === name).map(([, ...args]) => args);
  const tell = (name: string, ...args: unknown[]): void => (listeners[name] as (...args: unknown[]) => void)(...args);
  const wish = (subject: string, data: Uint8Array): void => lease(null, { subject, data });
  /** A stream, which says hello unless it is told not to. */
  const open = (nodeId = NODE, greets = true) => {
    const [sent, ends, calls]: [GatewayMessage[], string[], string[]] = [[], [], []];
    const session = table.add(
      { nodeId, generation: 1, notAfterMs: Number.MAX_VALUE, keyHash: () => '' },
      {
        peer: '127.0.0.1:1',
        write: (message) => {
          sent.push(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, message));
          return world.maySend;
        },
        ...{ pause: () => void calls.push('pause'), resume: () => void calls.push('resume'), cut: () => void calls.push('cut') },
        end: (code, details) => ends.push(`${status[code]} ${details}`),
      },
    );
    const say = (message: object): void => session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, message));
    if (greets) say({ hello: { epoch: EPOCH, oldestSeq: 1, nextSeq: 1, sentUs: 0, node: null, intervalMs: 10_000, instance: 'process' } });
    return { session, sent, ends, calls, say };
  };
  return { world, table, did, told, tell, wish, open, offered };
}

it('tells of a stream that opened, and of its end, everybody who keeps something of it', async () => {
  const { table, told, open } = await stage();
  const { session } = open();
  expect([table.size, table.find(NODE)]).toEqual([1, session]);
  expect(told('may connect')).toHaveLength(2);
  expect(told('seen')).toEqual([[session.identity, undefined, 10_000]]);
  expect(told('event streamOpened')).toEqual([[{ nodeId: NODE, peer: '127.0.0.1:1', session: session.id, expectedSeq: 1 }]]);
  expect([told('event streamsChanged'), told('problem'), told('numbers').length]).toEqual([[[1]], [[NODE, '']], 1]);
  session.cancelled();
  expect([table.size, table.find(NODE)]).toEqual([0, undefined]);
  for (const who of ['configs ended', 'commands ended', 'mesh gone']) expect(told(who), who).toEqual([['session']]);
  expect(told('event streamsChanged')).toEqual([[1], [0]]);
  expect(told('disconnected')).toEqual([[NODE, session.id, { epoch: EPOCH.toString('hex'), acknowledgedSeq: 0 }]]);
});

it('remembers what a stream acknowledged, so that a spool that is set back is found', async () => {
  const { open, offered } = await stage();
  const first = open();
  first.say({ batch: { epoch: EPOCH, seq: 1, batch: Buffer.alloc(1), sentUs: 0 } });
  offered[0]?.onStored();
  first.session.cancelled();
  const { ends } = open();
  expect(ends).toEqual([
    expect.stringMatching(/^ABORTED the spool goes on at 1, and numbers up to 1 of its epoch were acknowledged before/),
  ]);
});

it('looks again at the numbers of the open streams where more was learned', async () => {
  const { table, open, tell, told } = await stage();
  const { ends } = open();
  expect(table.size).toBe(1);
  tell('learned');
  expect([ends, told('event spoolRolledBack')]).toEqual([[], []]);
});

it('passes what an agent says on to the part that it is for', async () => {
  const { open, told } = await stage();
  const { say } = open();
  say({ heartbeat: { sentUs: 0, config: { version: 2, state: 'applied', rejectedVersion: 0, problem: '' } } });
  say({ commandOutput: { id: 'c' } });
  say({ peersWish: {} });
  expect([told('config').length, told('output').length, told('wish').length]).toEqual([1, 1, 1]);
  expect(told('ephemeral')).toEqual([['muster.summary.node']]);
});

it('stops reading all streams under pressure, a new one too, and reads on after it', async () => {
  const { world, open, tell } = await stage();
  const first = open();
  world.pressure = true;
  tell('pressure');
  const second = open('other', false);
  expect([first.calls, second.calls]).toEqual([['pause'], ['pause']]);
  world.pressure = false;
  tell('pressure');
  expect([first.calls, second.calls]).toEqual([
    ['pause', 'resume'],
    ['pause', 'resume'],
  ]);
});

it('ends the streams of a node that was removed, and of no other', async () => {
  const { open, tell, told } = await stage();
  const [one, other] = [open(), open('other')];
  tell('removed', NODE);
  expect(one.ends).toEqual([expect.stringMatching(/^PERMISSION_DENIED node node was removed from the fleet: .*nodes restore node/)]);
  expect([other.ends, told('event nodeRemoved')]).toEqual([[], [[{ nodeId: NODE }]]]);
});

it('ends the streams of a node that is locked, and not of one that is only shared', async () => {
  const { world, open, tell } = await stage();
  const { ends } = open();
  world.locked = { problem: 'shared', locked: false };
  tell('changed', NODE);
  expect(ends).toEqual([]);
  world.locked = { problem: 'locked by ada', locked: true };
  tell('changed', 'other');
  expect(ends).toEqual([]);
  tell('changed', NODE);
  expect(ends).toEqual(['PERMISSION_DENIED node node is locked by ada']);
});

it('takes no stream of a node that was removed, at its call and at its hello', async () => {
  const { world, table, open } = await stage();
  const waiting = open(NODE, false);
  world.refuses = new MusterError('permission_denied', 'node was removed');
  expect(() => open()).toThrow('node was removed');
  waiting.say({ hello: { epoch: EPOCH, oldestSeq: 1, nextSeq: 1, sentUs: 0, node: null, intervalMs: 1000 } });
  expect([waiting.ends, table.size]).toEqual([['PERMISSION_DENIED node was removed'], 0]);
});

it('passes a lease on within its bounds, to the node that it is for', async () => {
  const { open, wish, told } = await stage();
  const { sent } = open();
  const lease = (given: object): Uint8Array =>
    encodeMessage(LEASE_FIELDS, { measurements: ['cpu'], intervalMs: 0, durationMs: 0, ...given } as never);
  wish('muster.lease.node', lease({ intervalMs: 5, durationMs: 90_000 }));
  wish('muster.lease.node', lease({ intervalMs: 101, durationMs: 59_999 }));
  wish('muster.lease.other', lease({ intervalMs: 500 }));
  expect(sent.flatMap(({ lease: got }) => (got ? [[got.measurements, got.intervalMs, got.durationMs]] : []))).toEqual([
    [['cpu'], 100, 60_000],
    [['cpu'], 101, 59_999],
  ]);
  wish('muster.lease.node', Buffer.from([0xff]));
  expect(told('event leaseUnreadable')).toMatchObject([[{ nodeId: 'node', reason: expect.stringMatching(/./) }]]);
});

it.each([
  ['no hello', HELLO_WITHIN_MS, /^DEADLINE_EXCEEDED no hello came within 5 s$/, false],
  ['nothing heard', SILENT_MS, /^DEADLINE_EXCEEDED nothing was heard for 60 s/, true],
])('ends a stream with %s in %i ms, and not before', async (_, limitMs, words, greets) => {
  const { world, table, open } = await stage();
  const { ends } = open(NODE, greets);
  world.nowMs += limitMs;
  table.tick();
  expect(ends).toEqual([]);
  world.nowMs += 1;
  table.tick();
  expect(ends).toEqual([expect.stringMatching(words)]);
});

it('ends a stream that reads nothing, and one whose certificate ended, once a second', async () => {
  const { world, open } = await stage();
  const blocked = open();
  world.maySend = false;
  blocked.session.sendConfig({ version: 1 } as never);
  const expiring = open('other', false);
  Object.assign(expiring.session.identity, { notAfterMs: world.nowMs + NOT_READING_MS });
  world.nowMs += NOT_READING_MS - 1;
  await vi.advanceTimersByTimeAsync(1000);
  expect(expiring.ends).toEqual(['DEADLINE_EXCEEDED no hello came within 5 s']);
  world.nowMs += 1;
  await vi.advanceTimersByTimeAsync(1000);
  expect(blocked.ends).toEqual([]);
  world.nowMs += 1;
  await vi.advanceTimersByTimeAsync(1000);
  expect([blocked.ends, blocked.calls.at(-1)]).toEqual([['RESOURCE_EXHAUSTED the agent read nothing for 10 s'], 'cut']);
  const ended = open('third');
  Object.assign(ended.session.identity, { notAfterMs: world.nowMs + 5 });
  world.nowMs += 4;
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended.ends).toEqual([]);
  world.nowMs += 1;
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended.ends).toEqual(['UNAUTHENTICATED the client certificate of the stream expired: open another with the renewed one']);
});

it('goes away in order: agents are told, what is in flight is waited for, nobody new is taken', async () => {
  const { world, table, did, open, offered } = await stage();
  const { sent, ends, say } = open();
  say({ batch: { epoch: EPOCH, seq: 1, batch: Buffer.alloc(1), sentUs: 0 } });
  const stopping = table.stop();
  expect(sent.at(-1)).toMatchObject({ drain: { withinMs: 2000 } });
  expect(() => open('other')).toThrow('the gateway is going away: connect again');
  world.nowMs += 1000;
  await vi.advanceTimersByTimeAsync(1000);
  expect(ends).toEqual([]);
  offered[0]?.onStored();
  await vi.advanceTimersByTimeAsync(20);
  await stopping;
  expect([sent.at(-1)?.ack?.seq, ends]).toEqual([1, ['UNAVAILABLE the gateway is going away: connect again']]);
  expect(did.filter(([what]) => what === 'no more').map(([, what]) => what)).toEqual([
    'leases',
    'pressure',
    'removed',
    'changed',
    'learned',
    'fate',
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not wait for longer than it told the agents', async () => {
  const { world, table, open } = await stage();
  const { ends, say } = open();
  say({ batch: { epoch: EPOCH, seq: 1, batch: Buffer.alloc(1), sentUs: 0 } });
  const stopping = table.stop();
  world.nowMs += 1999;
  await vi.advanceTimersByTimeAsync(20);
  expect(ends).toEqual([]);
  world.nowMs += 1;
  await vi.advanceTimersByTimeAsync(20);
  await stopping;
  expect(ends).toHaveLength(1);
  await table.start();
  expect(open('other').ends).toEqual([]);
  const again = table.stop();
  await vi.advanceTimersByTimeAsync(20);
  await again;
});
