import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Turns } from '../../core/common/turns.ts';
import { type Authority, createAuthority } from '../../core/node/tls-authority.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import type { Lease, NodeInfo } from '../../proto/gen/messages.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { enrol } from './enrolment.ts';
import type { Identity } from './identity.ts';
import type { SessionEnd } from './session.ts';
import { createKey } from './signing-request.ts';
import { JOIN_TOKEN, type StagedGateway, startStagedGateway } from './staged-gateway.fixture.ts';
import { Uplink, type UplinkOptions } from './uplink.ts';

const NODE: NodeInfo = {
  name: 'test',
  platform: 'linux',
  os: '',
  kernel: '',
  arch: '',
  cpuModel: '',
  cpuCores: 1,
  memoryBytes: 1,
  virtualization: '',
  model: '',
  addresses: [],
  agentVersion: '0',
  labels: {},
  bootUs: 0,
  simulated: false,
  commands: [],
};

let authority: Authority;
let identity: Identity;
let gateway: StagedGateway;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  gateway = await startStagedGateway({ authority });
  identity = await enrol({
    gateway: gateway.address,
    ca: Buffer.from(gateway.caPem),
    joinToken: JOIN_TOKEN,
    keyPem: createKey(),
    node: NODE,
  });
  await gateway.stop();
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 5 });

async function stage(options: { window?: number; port?: number } = {}): Promise<StagedGateway> {
  const staged = await startStagedGateway({ authority, ...options });
  stops.push(() => staged.stop());
  return staged;
}

interface Running {
  uplink: Uplink;
  spool: Spool;
  ends: SessionEnd[];
  leases: Lease[];
  refusals: string[];
}

async function run(
  address: string,
  spool: Spool = new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test'),
  more: Partial<UplinkOptions> = {},
): Promise<Running> {
  const running: Running = { uplink: undefined as unknown as Uplink, spool, ends: [], leases: [], refusals: [] };
  running.uplink = new Uplink({
    gateway: address,
    identity: async () => identity,
    spool,
    intervalMs: () => 1000,
    node: () => NODE,
    summary: () => ({ timeUs: 1, diskMount: '', load1: 0.5 }),
    onLease: (lease) => running.leases.push(lease),
    reports: {
      connected: () => undefined,
      disconnected: (end) => running.ends.push(end),
      enrolmentFailed: (error) => {
        throw error;
      },
      refused: ({ code }) => running.refusals.push(code),
    },
    ...more,
  });
  await running.uplink.start();
  stops.push(() => running.uplink.stop());
  return running;
}

function add({ spool, uplink }: Pick<Running, 'spool' | 'uplink'>, count = 1): void {
  for (let i = 0; i < count; i++) {
    const event = { timeUs: 1e15 + i, kind: 'test', severity: 'info' as const, text: 'x', attributes: {} };
    spool.append({ createdUs: 1e15, frames: [], events: [event] });
    uplink.notify();
  }
}

const storedSeqs = (staged: StagedGateway): number[] => [...(staged.stored.get(identity.nodeId)?.keys() ?? [])];
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

test('enrolment with a wrong token is refused; with the right one the node has a name', async () => {
  const staged = await stage();
  const ca = Buffer.from(staged.caPem);
  const attempt = enrol({ gateway: staged.address, ca, joinToken: 'guess', keyPem: createKey(), node: NODE });
  await expect(attempt).rejects.toThrow('the join token is not valid');
  expect(identity.nodeId).toMatch(/^[0-9a-f-]{36}$/);
});

test('batches arrive in order, are acknowledged and leave the spool; a heartbeat tells its state', async () => {
  const staged = await stage({ window: 4 });
  const running = await run(staged.address);
  add(running, 50);
  await until(() => running.spool.status().oldestSeq === 51);
  expect(storedSeqs(staged)).toEqual(upTo(50));
  expect(staged.streams).toHaveLength(1);
  expect(staged.streams[0]?.nodeId).toBe(identity.nodeId);
  const heartbeat = staged.messages.find((message) => message.heartbeat)?.heartbeat;
  expect(heartbeat?.spool).toMatchObject({ durable: false, problem: 'for the test' });
  expect(heartbeat?.summary?.load1).toBe(0.5);
});

test('an agent that is stopped before it has its identity opens no stream', async () => {
  const staged = await stage();
  let enrolled = (_: Identity): void => undefined;
  const enrolling = new Promise<Identity>((resolve) => {
    enrolled = resolve;
  });
  // A hello is made for each stream.
  const node = vi.fn(() => NODE);
  const { uplink } = await run(staged.address, undefined, { identity: () => enrolling, node });
  const stopped = uplink.stop();
  enrolled(identity);
  await stopped;
  expect(node).not.toHaveBeenCalled();
  expect(staged.streams).toHaveLength(0);
});

test('a stream that has to wait for its turn is opened when that comes, and one that is stopped meanwhile is not', async () => {
  const staged = await stage();
  const opening = new Turns(1);
  let release = (): void => undefined;
  const held = opening.take(
    () =>
      new Promise<void>((end) => {
        release = end;
      }),
  );
  const first = await run(staged.address, undefined, { opening });
  const second = await run(staged.address, undefined, { opening });
  await sleep(50);
  expect(staged.streams).toHaveLength(0);
  await second.uplink.stop();
  release();
  await held;
  await until(() => first.uplink.connected);
  expect(staged.streams).toHaveLength(1);
  // The welcomed one is in nobody's way.
  await opening.take(async () => undefined);
});

test('no more is sent than the window holds', async () => {
  const staged = await stage({ window: 3 });
  const seen: number[] = [];
  staged.judge = (seq) => {
    seen.push(seq);
    return 'silent';
  };
  const running = await run(staged.address);
  add(running, 10);
  await until(() => seen.length === 3);
  running.uplink.heartbeat();
  await until(() => staged.messages.length >= 2);
  expect(seen).toEqual([1, 2, 3]);
  expect(running.spool.status().oldestSeq).toBe(1);
});

test('a stream that is cut is opened again and goes on from the oldest unacknowledged batch', async () => {
  const staged = await stage();
  let cuts = 0;
  staged.judge = (seq) => (seq === 5 && cuts++ === 0 ? 'cut' : 'ack');
  const running = await run(staged.address);
  add(running, 10);
  await until(() => running.spool.status().oldestSeq === 11);
  expect(storedSeqs(staged)).toEqual(upTo(10));
  expect(staged.streams.map(({ hello }) => hello.oldestSeq)).toEqual([1, 5]);
});

test('a gateway that comes back later gets all that was kept meanwhile', async () => {
  const first = await stage();
  const running = await run(first.address);
  add(running, 2);
  await until(() => running.spool.status().oldestSeq === 3);
  await first.stop();
  await until(() => running.ends.length > 0);
  add(running, 5);
  const second = await stage({ port: Number(first.address.split(':')[1]) });
  await until(() => running.spool.status().oldestSeq === 8);
  expect(storedSeqs(second)).toEqual([3, 4, 5, 6, 7]);
});

test('a batch refused for good is set aside, told as dropped and never sent again', async () => {
  const staged = await stage();
  const sent: number[] = [];
  staged.judge = (seq) => {
    sent.push(seq);
    return seq === 3 ? { code: 'batch_too_large', permanent: true } : 'ack';
  };
  const running = await run(staged.address);
  add(running, 5);
  await until(() => running.spool.status().oldestSeq === 6);
  add(running);
  await until(() => running.spool.status().oldestSeq === 7);
  expect(sent).toEqual(upTo(6));
  expect(running.refusals).toEqual(['batch_too_large']);
  const told = [...(staged.stored.get(identity.nodeId)?.values() ?? [])].flatMap((bytes) => decodeBatch(bytes).dropped);
  expect(told).toMatchObject([{ firstSeq: 3, lastSeq: 3, reason: 'refused: batch_too_large' }]);
});

test('a refusal that is not for good opens a new stream', async () => {
  const staged = await stage();
  let refused = 0;
  staged.judge = (seq) => (seq === 2 && refused++ === 0 ? { code: 'overloaded', permanent: false } : 'ack');
  const running = await run(staged.address);
  add(running, 4);
  await until(() => running.spool.status().oldestSeq === 5);
  expect(storedSeqs(staged)).toEqual(upTo(4));
  expect(running.ends[0]).toMatchObject({ kind: 'gap' });
});

test('batches dropped while they were unacknowledged lead to a new stream that begins behind them', async () => {
  const staged = await stage();
  let unanswered = 0;
  staged.judge = () => {
    unanswered++;
    return 'silent';
  };
  const running = await run(staged.address, new MemorySpool({ maxBytes: 2000, maxRows: 1e8 }, 'for the test'));
  add(running, 10);
  // Sent and not acknowledged: otherwise the first stream would still bring all of them, and none would be dropped behind its back.
  await until(() => unanswered === 10);
  staged.judge = () => 'ack';
  add(running, 60);
  await until(() => running.spool.status().oldestSeq === 71);
  // What the last batch's coming dropped is told by the next one.
  add(running);
  await until(() => running.spool.status().oldestSeq === 72);
  expect(staged.streams.at(-1)?.hello.oldestSeq).toBeGreaterThan(1);
  const told = [...(staged.stored.get(identity.nodeId)?.values() ?? [])].flatMap((bytes) => decodeBatch(bytes).dropped);
  const dropped = told.flatMap(({ firstSeq, lastSeq }) => Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => firstSeq + i));
  expect([...new Set([...storedSeqs(staged), ...dropped])].sort((a, b) => a - b)).toEqual(upTo(71));
});

test('an acknowledgement of what was never sent deletes nothing', async () => {
  const staged = await stage();
  staged.judge = () => 'silent';
  const running = await run(staged.address);
  add(running, 2);
  await until(() => staged.streams.length === 1);
  staged.streams[0]?.send({ ack: { epoch: running.spool.status().epoch, seq: 99 } });
  await until(() => running.ends.length > 0);
  expect(running.ends[0]?.words).toBe('the gateway acknowledged batch 99, which was not sent');
  expect(running.spool.status()).toMatchObject({ oldestSeq: 1, batches: 2 });
});

test('a lease is passed on; a drain ends the stream and another is opened', async () => {
  const staged = await stage();
  const running = await run(staged.address);
  await until(() => staged.streams.length === 1);
  staged.streams[0]?.send({ lease: { measurements: ['cpu'], intervalMs: 100, durationMs: 1000 } });
  staged.streams[0]?.send({ drain: { withinMs: 10 } });
  await until(() => staged.streams.length === 2);
  expect(running.leases).toMatchObject([{ measurements: ['cpu'], intervalMs: 100 }]);
  expect(running.ends[0]).toMatchObject({ kind: 'drain', withinMs: 10 });
});

test('an acknowledgement for an epoch that the spool has left takes nothing from the new one', async () => {
  const staged = await stage();
  const seen: number[] = [];
  staged.judge = (seq) => {
    seen.push(seq);
    return 'silent';
  };
  const limits = { maxBytes: 1e8, maxRows: 1e8 };
  const [before, after] = [new MemorySpool(limits, 'the first'), new MemorySpool(limits, 'the second')];
  let current = before;
  const running = await run(staged.address, {
    append: (input) => current.append(input),
    read: (seq, limit) => current.read(seq, limit),
    ackUpTo: (seq) => current.ackUpTo(seq),
    setAside: (seq, reason) => current.setAside(seq, reason),
    status: () => current.status(),
    close: () => current.close(),
  });
  add(running);
  await until(() => seen.length === 1);
  after.append({ createdUs: 1e15, frames: [], events: [{ timeUs: 1e15, kind: 'test', severity: 'info', text: 'x', attributes: {} }] });
  current = after;
  staged.streams[0]?.send({ ack: { epoch: before.epoch, seq: 1 } });
  await until(() => running.ends.length === 1);
  expect(running.ends[0]?.words).toBe('the spool has a new epoch');
  expect(after.status().batches).toBe(1);
});
