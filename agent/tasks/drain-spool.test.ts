import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import { createAuthority, createNodeIssuer } from '../../core/node/tls-authority.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import type { AgentConfig } from '../config.ts';
import { exportSpool } from '../spool/export-spool.ts';
import { HostSpool } from '../spool/host-spool.ts';
import { enrol } from '../uplink/enrolment.ts';
import { saveCertificate, saveKey } from '../uplink/identity.ts';
import { createKey, createSigningRequest } from '../uplink/signing-request.ts';
import { JOIN_TOKEN, startStagedGateway } from '../uplink/staged-gateway.fixture.ts';
import { drainSpool } from './drain-spool.ts';

const none = (): undefined => undefined;
const spoolReports = { fileSetAside: none, notDurable: none, durableAgain: none, epochBegun: none };
const frame = (rows: number) => ({
  measurement: 'filesystem',
  tags: ['mount'],
  series: [['/'], ['/home']],
  seriesIndex: Uint32Array.from({ length: rows }, (_, i) => i % 2),
  timeUs: Float64Array.from({ length: rows }, (_, i) => 1e15 + i),
  fields: ['used', 'free'],
  values: Float64Array.from({ length: rows * 2 }, (_, i) => (i < rows ? i : Number.NaN)),
  textFields: ['note'],
  texts: Array.from({ length: rows }, () => '=cmd'),
});

test('what a spool holds is written as lines, stays there, and is sent without sampling', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'muster-drain-'));
  const gateway = await startStagedGateway();
  try {
    const spool = new HostSpool(join(stateDir, 'spool.db'), { maxBytes: 1e9, maxRows: 1e9 }, spoolReports);
    for (let i = 1; i <= 3; i++) spool.append({ createdUs: 1e15, frames: [frame(i)], events: [] });
    spool.beginPresent(0);
    spool.append({ createdUs: 1e15, frames: [], events: [{ timeUs: 1, kind: 'k', severity: 'info', text: 't', attributes: {} }] });
    spool.close();

    const out = new PassThrough();
    const written = text(out);
    expect(await exportSpool(stateDir, out, spoolReports)).toEqual({ batches: 4, rows: 6, events: 1 });
    out.end();
    const lines = (await written)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(7);
    expect(lines[2]).toMatchObject({
      seq: 2,
      measurement: 'filesystem',
      time_us: 1e15 + 1,
      tags: { mount: '/home' },
      fields: { used: 1, note: '=cmd' },
    });
    expect(lines[2].fields.free).toBeUndefined();
    expect(lines[6].event).toMatchObject({ kind: 'k' });

    const keyPem = createKey();
    const ca = Buffer.from(gateway.caPem);
    const identity = await enrol({ gateway: gateway.address, ca, joinToken: JOIN_TOKEN, keyPem, node: {} as NodeInfo });
    saveKey(stateDir, keyPem);
    saveCertificate(stateDir, identity.certificate.toString(), identity.ca.toString());
    const config = {
      stateDir,
      gateway: gateway.address,
      name: 'test',
      labels: {},
      interval: 1000,
      spoolMaxBytes: 1e9,
      spoolMaxRows: 1e9,
      spoolMaxAge: 0,
    };
    const uplink = { connected: none, disconnected: none, enrolmentFailed: none, refused: none };
    const left: number[] = [];
    const options = { spool: spoolReports, uplink, timeoutMs: 9000, progress: ({ batches }: { batches: number }) => left.push(batches) };
    await drainSpool(config as unknown as AgentConfig, options);
    expect([left[0], left.at(-1)]).toEqual([4, 0]);
    expect(gateway.order.map(({ seq }) => seq).sort()).toEqual([1, 1, 2, 3]);

    await gateway.stop();
    const again = new HostSpool(join(stateDir, 'spool.db'), { maxBytes: 1e9, maxRows: 1e9 }, spoolReports);
    again.append({ createdUs: 1e15, frames: [frame(1)], events: [] });
    again.close();
    const attempt = drainSpool(config as unknown as AgentConfig, { ...options, timeoutMs: 300 });
    await expect(attempt).rejects.toThrow('1 batches are not sent after 0 s: they stay in the spool');
  } finally {
    await gateway.stop();
    rmSync(stateDir, { recursive: true });
  }
});

test('a machine whose certificate ended drains after it has enrolled again, as the same node', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'muster-drain-'));
  const authority = await createAuthority();
  const nodeId = '3f0e8a52-7d0e-4c59-9c0f-6d1f1e1c9a01';
  const gateway = await startStagedGateway({ authority, enrolAs: nodeId });
  try {
    const keyPem = createKey();
    const { certificatePem } = await createNodeIssuer(authority)(nodeId, createSigningRequest(keyPem), -1);
    saveKey(stateDir, keyPem);
    saveCertificate(stateDir, certificatePem, authority.certificatePem);
    const joinTokenFile = join(stateDir, 'join.token');
    writeFileSync(joinTokenFile, JOIN_TOKEN);
    const limits = { spoolMaxBytes: 1e9, spoolMaxRows: 1e9, spoolMaxAge: 0 };
    const spool = new HostSpool(join(stateDir, 'spool.db'), { maxBytes: 1e9, maxRows: 1e9 }, spoolReports);
    spool.append({ createdUs: 1e15, frames: [frame(2)], events: [] });
    spool.close();
    const config = { stateDir, joinTokenFile, gateway: gateway.address, name: 'test', labels: {}, interval: 1000, ...limits };
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const uplink = { connected: none, disconnected: none, enrolmentFailed: none, refused: none };
    await drainSpool(config as unknown as AgentConfig, { spool: spoolReports, uplink, timeoutMs: 9000 });
    expect([gateway.enrolled, gateway.stored.get(nodeId)?.size]).toEqual([[nodeId], 1]);
  } finally {
    vi.restoreAllMocks();
    await gateway.stop();
    rmSync(stateDir, { recursive: true });
  }
});
