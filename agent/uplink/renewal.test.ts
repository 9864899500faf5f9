import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type Authority, createAuthority, createNodeIssuer } from '../../core/node/tls-authority.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import { renewIdentity } from './enrolment.ts';
import { type Identity, loadIdentity, parseIdentity, saveKey } from './identity.ts';
import { CertificateRenewal, renewAtMs } from './renewal.ts';
import { createKey, createSigningRequest } from './signing-request.ts';
import { startStagedGateway } from './staged-gateway.fixture.ts';
import { Uplink } from './uplink.ts';

const DAY_MS = 86_400_000;

async function issue(authority?: Authority, days?: number): Promise<Identity> {
  authority ??= await createAuthority();
  const key = createKey();
  const { certificatePem } = await createNodeIssuer(authority)('3f0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01', createSigningRequest(key), days);
  return parseIdentity(Buffer.from(key), Buffer.from(certificatePem), Buffer.from(authority.certificatePem));
}

test('a certificate of a year is renewed 30 days before its end, once, and the attempt is repeated until it works', async () => {
  const identity = await issue();
  const dueMs = renewAtMs(identity.certificate);
  vi.useFakeTimers({ now: dueMs, toFake: ['Date'] });
  const next = await issue();
  vi.useRealTimers();
  expect((Date.now() + 365 * DAY_MS - dueMs) / DAY_MS).toBeCloseTo(30, 0);
  vi.useFakeTimers({ now: dueMs - 2 * DAY_MS });
  try {
    let own = identity;
    const said: string[] = [];
    let attempts = 0;
    const renewal = new CertificateRenewal({
      identity: () => own,
      renew: async () => {
        if (++attempts < 3) throw new Error('the gateway is away');
        return next;
      },
      renewed: (renewed) => {
        own = renewed;
        said.push('renewed');
      },
      failed: (error, inMs) => said.push(`${(error as Error).message}: ${inMs}`),
      random: () => 1,
    });
    await renewal.start();
    await vi.advanceTimersByTimeAsync(1.99 * DAY_MS);
    expect(attempts).toBe(0);
    await vi.advanceTimersByTimeAsync(DAY_MS);
    expect(said).toEqual(['the gateway is away: 3600000', 'the gateway is away: 3600000', 'renewed']);
    await vi.advanceTimersByTimeAsync(200 * DAY_MS);
    expect([own, attempts]).toEqual([next, 3]);
    await renewal.stop();
  } finally {
    vi.useRealTimers();
  }
});

test('a node whose certificate ends in seconds has a new one before, without a lost batch, and connects with it afterwards', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'muster-renewal-'));
  const authority = await createAuthority();
  const gateway = await startStagedGateway({ authority });
  const endsMs = Date.now() + 3000;
  let identity = await issue(authority, 3000 / DAY_MS);
  saveKey(stateDir, identity.key.toString());
  const spool = new MemorySpool({ maxBytes: 1e8, maxRows: 1e8 }, 'for the test');
  const uplink = new Uplink({
    gateway: gateway.address,
    identity: async () => identity,
    spool,
    intervalMs: () => 1000,
    node: () => ({}) as NodeInfo,
    summary: () => undefined,
    onLease: () => undefined,
    reports: { connected: () => undefined, disconnected: () => undefined, enrolmentFailed: () => undefined, refused: () => undefined },
  });
  const failures: unknown[] = [];
  const renewal = new CertificateRenewal({
    identity: () => identity,
    renew: (own) => renewIdentity(stateDir, gateway.address, own, {} as NodeInfo),
    renewed: (next) => {
      identity = next;
      uplink.setIdentity(next);
    },
    failed: (error) => failures.push(error),
  });
  const sampler = setInterval(() => {
    spool.append({ createdUs: 1, frames: [], events: [{ timeUs: 1, kind: 'test', severity: 'info', text: '', attributes: {} }] });
    uplink.notify();
  }, 20);
  try {
    await uplink.start();
    await renewal.start();
    await vi.waitFor(() => expect(gateway.streams.length).toBe(2), 20_000);
    expect(loadIdentity(stateDir)).toEqual(identity);
    await wait(Math.max(0, endsMs - Date.now() + 200));
    uplink.reconnect('the test asks for it', false);
    await vi.waitFor(() => expect([gateway.streams.length, uplink.connected]).toEqual([3, true]), 20_000);
    clearInterval(sampler);
    await vi.waitFor(() => expect(spool.status().batches).toBe(0), 20_000);
    const last = spool.status().nextSeq - 1;
    expect(gateway.order.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    expect(failures).toEqual([]);
  } finally {
    clearInterval(sampler);
    await renewal.stop();
    await uplink.stop();
    await gateway.stop();
    rmSync(stateDir, { recursive: true });
  }
});
