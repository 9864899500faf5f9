import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Authority, createAuthority } from '../../core/node/tls-authority.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { HostSpool } from '../spool/host-spool.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { Spool } from '../spool/spool.ts';
import { enrol } from './enrolment.ts';
import type { Identity } from './identity.ts';
import { createKey } from './signing-request.ts';
import { JOIN_TOKEN, type StagedGateway, startStagedGateway } from './staged-gateway.fixture.ts';
import { Uplink, type UplinkOptions } from './uplink.ts';

let authority: Authority;
let gateway: StagedGateway;
let identity: Identity;
let folder: string;
let uplink: Uplink | undefined;
let ends: string[];
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 5 });

beforeEach(async () => {
  authority ??= await createAuthority();
  gateway = await startStagedGateway({ authority });
  identity ??= await enrol({
    gateway: gateway.address,
    ca: Buffer.from(gateway.caPem),
    joinToken: JOIN_TOKEN,
    keyPem: createKey(),
    node: {} as NodeInfo,
  });
  folder = mkdtempSync(join(tmpdir(), 'muster-epochs-'));
  ends = [];
});
afterEach(async () => {
  await uplink?.stop();
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const LIMITS = { maxBytes: 1e9, maxRows: 1e9 };
const none = (): undefined => undefined;
const openSpool = (): HostSpool =>
  new HostSpool(join(folder, 'spool.db'), LIMITS, { fileSetAside: none, notDurable: none, durableAgain: none, epochBegun: none });

async function run(spool: Spool, options: Partial<UplinkOptions> = {}): Promise<Uplink> {
  uplink = new Uplink({
    gateway: gateway.address,
    identity: async () => identity,
    spool,
    intervalMs: () => 1000,
    node: () => ({}) as NodeInfo,
    summary: () => ({ timeUs: 1, diskMount: '', load1: 0.5 }),
    onLease: none,
    retrySteps: [5],
    reports: { connected: none, disconnected: ({ words }) => ends.push(words), enrolmentFailed: none, refused: none },
    ...options,
  });
  await uplink.start();
  return uplink;
}

/** `rows` in one batch. */
function add(spool: Spool, rows: number): void {
  const frame = {
    measurement: 'cpu',
    tags: [],
    series: [[]],
    seriesIndex: new Uint32Array(rows),
    timeUs: Float64Array.from({ length: rows }, (_, i) => 1e15 + i),
    fields: ['busy'],
    values: new Float64Array(rows),
    textFields: [],
    texts: [],
  };
  spool.append({ createdUs: 1e15, frames: [frame], events: [] });
  uplink?.notify();
}

const epochOf = (spool: { status(): { epoch: Uint8Array } }): string => Buffer.from(spool.status().epoch).toString('hex');

test('a long backlog drains at its pace behind the present, each in its own numbers', async () => {
  const spool = openSpool();
  for (let i = 0; i < 60; i++) add(spool, 50);
  const old = epochOf(spool);
  await run(spool, { backlogRowsPerSecond: 1000 });
  await until(() => gateway.order.some(({ epoch }) => epoch === old));
  const present = epochOf(spool);
  expect(present).not.toBe(old);
  const addedMs: number[] = [];
  while (spool.backlog.length > 0) {
    addedMs.push(performance.now());
    const seq = addedMs.length;
    add(spool, 1);
    await until(() => gateway.order.some((one) => one.epoch === present && one.seq === seq));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const backlog = gateway.order.filter(({ epoch }) => epoch === old);
  expect(backlog.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  // 3,000 rows, of which a quarter of a second's worth goes at once.
  const tookMs = (backlog.at(-1)?.atMs as number) - (backlog[0]?.atMs as number);
  expect(tookMs).toBeGreaterThan(2000);
  expect(addedMs.length).toBeGreaterThan(10);
  for (const { seq, atMs } of gateway.order.filter(({ epoch }) => epoch === present)) {
    // Behind all of the backlog it would wait for three seconds.
    expect(atMs - (addedMs[seq - 1] as number)).toBeLessThan(tookMs / 2);
  }
  expect(gateway.streams.map(({ hello }) => Buffer.from(hello.epoch).toString('hex'))).toEqual([old, present]);
  spool.close();
});

test('while a backlog drains, the heartbeat names it; afterwards the present', async () => {
  const spool = openSpool();
  for (let i = 0; i < 10; i++) add(spool, 10);
  const old = epochOf(spool);
  spool.beginPresent(0);
  add(spool, 1);
  gateway.judge = () => 'silent';
  await run(spool, { backlogRowsPerSecond: 100_000 });
  const said = () => gateway.messages.findLast((message) => message.heartbeat)?.heartbeat?.spool;
  await until(() => said() !== undefined);
  expect(Buffer.from(said()?.epoch ?? []).toString('hex')).toBe(old);
  expect(said()).toMatchObject({ oldestSeq: 1, nextSeq: 11, rows: 101, durable: true, oldestUs: 1e15 });
  gateway.judge = () => 'ack';
  gateway.streams[0]?.cut();
  await until(() => spool.statistics().batches === 0);
  uplink?.heartbeat();
  await until(() => Buffer.from(said()?.epoch ?? []).toString('hex') === epochOf(spool));
  expect(said()).toMatchObject({ oldestSeq: 2, nextSeq: 2, rows: 0, oldestUs: 0 });
  expect(said()?.retries).toBeGreaterThan(0);
  spool.close();
});

test('a spool whose numbers were used before goes on in a new epoch, with new numbers for what it holds', async () => {
  const spool = openSpool();
  for (let i = 1; i <= 3; i++) add(spool, i);
  const old = epochOf(spool);
  gateway.judge = (seq) => (epochOf(spool) === old ? { code: 'rolled_back', permanent: false } : seq > 0 ? 'ack' : 'silent');
  await run(spool);
  await until(() => spool.statistics().batches === 0 && gateway.order.length === 3);
  expect(gateway.order.map(({ epoch, seq }) => [epoch, seq])).toEqual([1, 2, 3].map((seq) => [epochOf(spool), seq]));
  const stored = [...(gateway.stored.get(identity.nodeId)?.values() ?? [])].map((bytes) => decodeBatch(bytes));
  expect(stored.map(({ frames }) => frames[0]?.timeUs.length)).toEqual([1, 2, 3]);
  expect(spool.backlog).toEqual([]);
  spool.close();
});

test('a batch on which streams end is given up only where the operator wants that', async () => {
  const spool = new MemorySpool(LIMITS, 'for the test');
  for (let i = 0; i < 3; i++) add(spool, 1);
  let attempts = 0;
  gateway.judge = (seq) => {
    if (seq !== 2) return 'ack';
    attempts++;
    return 'cut';
  };
  await run(spool);
  await until(() => attempts >= 12);
  const said = gateway.messages.findLast((message) => message.heartbeat)?.heartbeat?.spool;
  expect(said).toMatchObject({ oldestSeq: 2, lastError: 'cut by the test' });
  expect(said?.retries).toBeGreaterThan(5);
  await uplink?.stop();
  attempts = 0;
  await run(spool, { giveUpAfter: 4 });
  await until(() => spool.status().oldestSeq === 4);
  expect(attempts).toBe(4);
  add(spool, 1);
  await until(() => spool.status().oldestSeq === 5);
  const told = [...(gateway.stored.get(identity.nodeId)?.values() ?? [])].flatMap((bytes) => decodeBatch(bytes).dropped);
  expect(told).toMatchObject([{ firstSeq: 2, lastSeq: 2, rows: 1, reason: 'given_up' }]);
});

test('a channel that cannot be made is tried again and ends nothing', async () => {
  const spool = new MemorySpool(LIMITS, 'for the test');
  let asked = 0;
  const broken = { ...identity, key: Buffer.from('no key') };
  await run(spool, { identity: async () => (asked++ === 0 ? broken : identity), retrySteps: [1] });
  await until(() => ends.length > 2);
  expect(ends[0]).toMatch(/^no channel: /);
  uplink?.setIdentity(identity);
  await until(() => uplink?.connected === true);
});

test('a wish to connect anew does not wait for the back-off', async () => {
  const spool = new MemorySpool(LIMITS, 'for the test');
  const { address } = gateway;
  await gateway.stop();
  await run(spool, { retrySteps: [3_600_000] });
  await until(() => ends.length === 1);
  gateway = await startStagedGateway({ authority, port: Number(address.split(':')[1]) });
  uplink?.reconnect('the addresses of this machine changed', true);
  await until(() => uplink?.connected === true);
  uplink?.reconnect('the machine slept', false);
  await until(() => gateway.streams.length === 2 && uplink?.connected === true);
  expect(ends.at(-1)).toBe('the machine slept');
});
