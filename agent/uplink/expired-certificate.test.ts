import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Authority, createAuthority, createNodeIssuer } from '../../core/node/tls-authority.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import { enrolHere } from './enrolment.ts';
import { type Identity, loadIdentity, parseIdentity, saveCertificate, saveKey } from './identity.ts';
import { CertificateRenewal } from './renewal.ts';
import { createKey, createSigningRequest } from './signing-request.ts';
import { JOIN_TOKEN, type StagedGateway, startStagedGateway } from './staged-gateway.fixture.ts';
import { Uplink } from './uplink.ts';

const NODE_ID = '3f0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01';
const NODE = {} as NodeInfo;
/** Short: a stream that was refused on the way to the failure waits for it too. */
const LAST_STEP_MS = 400;
let stateDir: string;
let authority: Authority;
let gateway: StagedGateway;
let uplink: Uplink | undefined;
let identity: Identity;
let failures: { words: string; inMs: number }[];

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'muster-expired-'));
  authority = await createAuthority();
  gateway = await startStagedGateway({ authority, enrolAs: NODE_ID });
  failures = [];
  const key = createKey();
  // It ended when it began.
  const { certificatePem } = await createNodeIssuer(authority)(NODE_ID, createSigningRequest(key), -1);
  saveKey(stateDir, key);
  saveCertificate(stateDir, certificatePem, authority.certificatePem);
  identity = parseIdentity(Buffer.from(key), Buffer.from(certificatePem), Buffer.from(authority.certificatePem));
});
afterEach(async () => {
  await uplink?.stop();
  await gateway.stop();
  rmSync(stateDir, { recursive: true });
});

async function run(joinTokenFile: string | undefined): Promise<void> {
  const spool = new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test');
  spool.append({ createdUs: 1, frames: [], events: [{ timeUs: 1, kind: 'test', severity: 'info', text: '', attributes: {} }] });
  uplink = new Uplink({
    gateway: gateway.address,
    identity: async (refused) => {
      if (!refused) return identity;
      identity = await enrolHere({ stateDir, gateway: gateway.address, joinTokenFile }, NODE, identity);
      return identity;
    },
    spool,
    intervalMs: () => 1000,
    node: () => NODE,
    summary: () => undefined,
    onLease: () => undefined,
    retrySteps: [10, LAST_STEP_MS],
    reports: {
      connected: () => undefined,
      disconnected: () => undefined,
      enrolmentFailed: (error, inMs) => failures.push({ words: (error as Error).message, inMs }),
      refused: () => undefined,
    },
  });
  await uplink.start();
}

it('comes back as the same node, with its key and its spool, by a join token', async () => {
  const joinTokenFile = join(stateDir, 'join.token');
  writeFileSync(joinTokenFile, JOIN_TOKEN);
  const { key } = identity;
  vi.spyOn(Math, 'random').mockReturnValue(0);
  await run(joinTokenFile);
  await vi.waitFor(() => expect(gateway.stored.get(NODE_ID)?.size).toBe(1), 20_000);
  expect(gateway.enrolled).toEqual([NODE_ID]);
  expect(loadIdentity(stateDir)).toMatchObject({ nodeId: NODE_ID, key });
});

it.each([
  ['no token is named', undefined],
  ['the token does not hold', 'a token that was used'],
])('says when it ended and what to do where %s, and does not knock each second', async (_, joinToken) => {
  const joinTokenFile = joinToken === undefined ? undefined : join(stateDir, 'join.token');
  if (joinTokenFile !== undefined) writeFileSync(joinTokenFile, joinToken ?? '');
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  await run(joinTokenFile);
  await vi.waitFor(() => expect(failures).not.toEqual([]), 20_000);
  random.mockReturnValue(1);
  // More, where many went before: the ceiling doubles.
  await vi.waitFor(() => expect(failures.at(-1)?.inMs).toBeGreaterThanOrEqual(LAST_STEP_MS), 20_000);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  expect(failures.at(-1)?.words).toMatch(new RegExp(`^certificate expired on ${yesterday}; re-enrol with a token`));
  random.mockRestore();
});

it('is not asked to be renewed each second', async () => {
  vi.useFakeTimers();
  try {
    const asked: number[] = [];
    const renewal = new CertificateRenewal({
      identity: () => identity,
      renew: () => Promise.reject(new Error('it ended')),
      renewed: () => undefined,
      failed: (_error, inMs) => asked.push(inMs),
      random: () => 1,
    });
    await renewal.start();
    await vi.advanceTimersByTimeAsync(3_000_000);
    expect(asked).toEqual([3_600_000]);
    await renewal.stop();
  } finally {
    vi.useRealTimers();
  }
});
