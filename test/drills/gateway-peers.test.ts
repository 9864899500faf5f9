// Peers that are gone without a word, and a nats-server that is away for long.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSpoolDatabase } from '../../agent/spool/spool-database.ts';
import { SqliteSpool } from '../../agent/spool/sqlite-spool.ts';
import type { Identity as AgentIdentity } from '../../agent/uplink/identity.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { startBlackHole } from '../integration/edge/black-hole.ts';
import { type Edge, startEdge } from '../integration/edge/edge.ts';
import { createIdentity } from '../integration/edge/test-agent.ts';
import { createUplinkAgent } from '../integration/edge/uplink-agent.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

async function identity(): Promise<AgentIdentity> {
  const { nodeId, certificatePem, keyPem } = await createIdentity(edge);
  return { nodeId, key: Buffer.from(keyPem), certificate: Buffer.from(certificatePem), ca: Buffer.from(edge.authority.certificatePem) };
}

it('notices on both sides within 60 s that the other is gone without having closed anything (23)', async () => {
  const hole = await startBlackHole(edge.port);
  const agent = createUplinkAgent(`localhost:${hole.port}`, await identity());
  try {
    await agent.uplink.start();
    agent.append();
    await until('the acknowledgement', () => agent.spool.status().batches === 0);
    const before = await edge.count('streams');
    hole.swallow();
    const sinceMs = Date.now();
    agent.append();
    const noticed = { agent: 0, gateway: 0 };
    await until(
      'both sides',
      async () => {
        if (noticed.agent === 0 && agent.ends.length > 0) noticed.agent = Date.now() - sinceMs;
        if (noticed.gateway === 0 && (await edge.count('streams')) < before) noticed.gateway = Date.now() - sinceMs;
        return noticed.agent > 0 && noticed.gateway > 0;
      },
      60_000,
    );
    expect(Math.max(noticed.agent, noticed.gateway)).toBeLessThan(45_000);
    // What nobody acknowledged is still there.
    expect(agent.spool.status().batches).toBe(1);
  } finally {
    await agent.uplink.stop();
    await hole.stop();
  }
});

it('loses nothing within the limit of a spool while nats-server is away for long, and tells exactly what was dropped (29)', async () => {
  const folder = temporaryFolder('away');
  const limits = { maxBytes: 200_000, maxRows: 1_000_000 };
  const spool = new SqliteSpool(openSpoolDatabase(join(folder, 'spool.db'), 'kill').database, limits);
  const own = await identity();
  const agent = createUplinkAgent(`localhost:${edge.port}`, own, spool);
  try {
    await agent.uplink.start();
    for (let i = 0; i < 20; i++) agent.append(100);
    await until('the acknowledgements', () => spool.status().batches === 0);
    await edge.nats.kill();
    // A day of a batch a minute.
    for (let i = 0; i < 1440; i++) {
      agent.append(100);
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const { oldestSeq, nextSeq, bytes } = spool.status();
    expect(nextSeq).toBe(1461);
    expect(oldestSeq).toBeGreaterThan(21);
    expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
    await until('heartbeats without an acknowledgement', async () => spool.status().oldestSeq === oldestSeq && agent.uplink.connected);
    await edge.nats.restart();
    await until('all acknowledged', () => spool.status().batches === 0, 60_000);
    // The drops are told by the next batch, where no earlier one did.
    agent.append();
    await until('the last acknowledgement', () => spool.status().batches === 0);
    const stored = new Set<number>();
    const dropped = new Set<number>();
    let rows = 0;
    for (const delivery of (await edge.deliveries()).filter(({ nodeId }) => nodeId === own.nodeId)) {
      const batch = decodeBatch(Buffer.from(delivery.batch));
      if (!stored.has(delivery.seq)) for (const { timeUs } of batch.frames) rows += timeUs.length;
      stored.add(delivery.seq);
      for (const { firstSeq, lastSeq } of batch.dropped) for (let seq = firstSeq; seq <= lastSeq; seq++) dropped.add(seq);
    }
    const all = Array.from({ length: spool.status().nextSeq - 1 }, (_, i) => i + 1);
    // Every number is stored or told to be dropped, and all that the spool held at the end of the outage is stored.
    expect(all.filter((seq) => !stored.has(seq) && !dropped.has(seq))).toEqual([]);
    expect(all.filter((seq) => (seq < 21 || seq >= oldestSeq) && !stored.has(seq))).toEqual([]);
    expect(dropped.size).toBe(oldestSeq - 21);
    expect(rows).toBe((stored.size - 1) * 100 + 1);
  } finally {
    await agent.uplink.stop();
    spool.close();
    rmSync(folder, { recursive: true });
  }
});
