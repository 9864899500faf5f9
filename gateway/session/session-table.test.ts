import { status } from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import type { SharedIdentity } from '../../core/common/registry-entry.ts';
import type { PresenceEntry } from '../../core/common/streams.ts';
import { AGENT_MESSAGE_FIELDS } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { StreamFate } from '../nodes/presence.ts';
import { UsedNumbers } from '../nodes/used-numbers.ts';
import type { AgentSession } from './agent-session.ts';
import { SessionTable, type SessionTableOptions } from './session-table.ts';

const NODE = '3f0c2a9e-0000-4000-8000-00000000000a';
const OTHER: PresenceEntry = { gateway: 'gateway-2', sinceMs: 0, session: 'theirs', problem: '', stream: 2, epoch: 'ff', instance: '' };
/** Of an agent that samples each ten seconds. */
const BEAT_MS = 11_000;

const tables: SessionTable[] = [];
afterEach(async () => {
  for (const table of tables.splice(0)) await table.stop();
});

/** A table whose surroundings are played by the test. */
async function stage() {
  const on = {
    nowMs: 1_000_000,
    mayClaim: true,
    shared: undefined as SharedIdentity | undefined,
    current: undefined as PresenceEntry | undefined,
  };
  const flagged: string[] = [];
  let tellFate: (fate: StreamFate) => void = () => undefined;
  let tellChanged: (nodeId: string) => void = () => undefined;
  const off = () => () => undefined;
  const quiet = () => undefined;
  const table = new SessionTable({
    gateway: 'gateway-1',
    link: { connection: { subscribe: () => ({ unsubscribe: quiet }) }, sendEphemeral: quiet },
    publisher: { pressure: false, onPressure: off, offer: quiet },
    registry: {
      ...{ onRemoved: off, assertNotRemoved: quiet, seen: quiet },
      onChanged: (listener: typeof tellChanged) => {
        tellChanged = listener;
        return quiet;
      },
      identities: { assertMayConnect: quiet, sharedOf: () => on.shared, flag: (_nodeId: string, problem: string) => flagged.push(problem) },
    },
    presence: {
      ...{ numbers: quiet, disconnected: quiet, setProblem: quiet, connected: () => on.mayClaim, current: () => on.current },
      onFate: (listener: typeof tellFate) => {
        tellFate = listener;
        return quiet;
      },
    },
    numbers: new UsedNumbers(),
    configs: { reported: quiet, ended: quiet },
    events: new Proxy({}, { get: () => quiet }),
    now: () => on.nowMs,
  } as unknown as SessionTableOptions);
  await table.start();
  tables.push(table);
  return { on, table, flagged, fate: (fate: StreamFate) => tellFate(fate), changed: () => tellChanged(NODE) };
}

type Staged = Awaited<ReturnType<typeof stage>>;

/** A stream that said hello, and how it ended. */
function open({ table }: Staged, instance = '', notAfterMs = Number.MAX_VALUE): { session: AgentSession; ends: string[] } {
  const ends: string[] = [];
  const session = table.add(
    { nodeId: NODE, generation: 1, notAfterMs, keyHash: () => '' },
    {
      ...{ peer: '127.0.0.1:1', write: () => true, pause: () => undefined, resume: () => undefined, cut: () => undefined },
      end: (code, details) => ends.push(`${status[code]} ${details}`),
    },
  );
  const hello = { epoch: Buffer.alloc(16, 1), oldestSeq: 1, nextSeq: 1, sentUs: 0, node: null, intervalMs: 10_000 };
  session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, { hello: { ...hello, ...(instance === '' ? {} : { instance }) } }));
  return { session, ends };
}

const beat = (session: AgentSession): void => session.receive(encodeMessage(AGENT_MESSAGE_FIELDS, { heartbeat: { sentUs: 0 } }));

it('ends a stream that another gateway has a newer one for', async () => {
  const staged = await stage();
  const { session, ends } = open(staged, 'process');
  staged.fate({ nodeId: NODE, session: session.id, kind: 'superseded', other: { ...OTHER, instance: 'process' } });
  expect(ends).toEqual(['ABORTED a newer stream of the same agent took over at gateway gateway-2']);
  expect(staged.flagged).toEqual([]);
});

it('of agents that do not say who they are, takes two for two machines where both are heard, and one that is silent for half-open', async () => {
  for (const heard of [true, false]) {
    const staged = await stage();
    const { session, ends } = open(staged);
    staged.fate({ nodeId: NODE, session: session.id, kind: 'superseded', other: OTHER });
    // Such a message may have been on its way.
    staged.on.nowMs += 1000;
    beat(session);
    staged.table.tick();
    expect(ends).toEqual([]);
    staged.on.nowMs += 2 * BEAT_MS;
    if (heard) beat(session);
    staged.table.tick();
    expect(ends).toEqual([expect.stringMatching(heard ? /^ALREADY_EXISTS .* both are heard/ : /^ABORTED a newer stream/)]);
    expect(staged.flagged).toHaveLength(heard ? 1 : 0);
  }
});

it('refuses a process that takes turns with another one, and flags the node', async () => {
  const staged = await stage();
  const { ends: older } = open(staged, 'original');
  staged.on.mayClaim = false;
  const { ends } = open(staged, 'copy');
  expect(ends).toEqual([expect.stringMatching(/^ALREADY_EXISTS .*taken turns.*if this machine is a copy/)]);
  expect([older, staged.flagged.length]).toEqual([[], 1]);
});

it('lets no other process of a node in quarantine push out the one that has the stream, here or elsewhere', async () => {
  const staged = await stage();
  staged.on.shared = { problem: 'two machines', sinceMs: 0 };
  const { ends: original } = open(staged, 'original');
  expect(open(staged, 'copy').ends).toEqual([expect.stringMatching(/^ALREADY_EXISTS .*in quarantine/)]);
  expect(open(staged, 'original').ends).toEqual([]);
  expect(original).toEqual(['ABORTED a newer stream of the same agent took over']);
  const elsewhere = await stage();
  elsewhere.on.shared = staged.on.shared;
  elsewhere.on.current = { ...OTHER, instance: 'original' };
  expect(open(elsewhere, 'copy').ends).toEqual([expect.stringMatching(/^ALREADY_EXISTS/)]);
  elsewhere.on.current = { ...OTHER, instance: 'original', gateway: '' };
  expect(open(elsewhere, 'copy').ends).toEqual([]);
});

it('ends the streams of a node that is locked, and a stream whose certificate ended', async () => {
  const staged = await stage();
  const { ends } = open(staged, 'process', staged.on.nowMs + 5000);
  staged.changed();
  staged.table.tick();
  expect(ends).toEqual([]);
  staged.on.nowMs += 5000;
  staged.table.tick();
  expect(ends).toEqual([expect.stringMatching(/^UNAUTHENTICATED the client certificate of the stream expired/)]);
  const locked = open(staged, 'process');
  staged.on.shared = { problem: 'locked: a copy was seen', sinceMs: 0, locked: true };
  staged.changed();
  expect(locked.ends).toEqual([`PERMISSION_DENIED node ${NODE} is locked: a copy was seen`]);
});
