// The agent's own program through an outage: the gateway is away, the agent is killed twice meanwhile, and nothing is missing or doubled afterwards.
// Ten samples a second stand for one, so that eighteen seconds are three minutes; MUSTER_DRILL_SECONDS=60 makes them ten.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Node, VerifyResponse } from '../../proto/gen/messages.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { type RealAgent, startRealAgent } from '../harness/real-agent.ts';
import { type Relay, startRelay } from '../harness/relay.ts';
import { ledgerEpochs, rowsByNode } from '../harness/stored-rows.ts';
import { until } from '../harness/until.ts';

const INTERVAL_MS = 100;
const AWAY_MS = Number(process.env['MUSTER_DRILL_SECONDS'] ?? 18) * 1000;
/** Low, so that the drain takes a while: the backlog has several times this. */
const ROWS_PER_SECOND = 400;

let pipeline: Pipeline;
let relay: Relay;
let agent: RealAgent;

beforeAll(async () => {
  pipeline = await startPipeline();
  relay = await startRelay(pipeline.addresses.gateway);
  const settings = {
    interval: `${INTERVAL_MS}ms`,
    'flush-interval': `${INTERVAL_MS}ms`,
    'backlog-rows-per-second': ROWS_PER_SECOND,
    'retry-steps': '["500ms"]',
  };
  agent = await startRealAgent(pipeline, settings, relay.address);
});
afterAll(async () => {
  await agent?.stop();
  await relay?.stop();
  await pipeline?.stop();
});

const node = (): Promise<Node> => pipeline.client.call('getNode', { node: agent.nodeId });

/** Unix milliseconds of the samples in the store, in order. */
async function storedTimes(): Promise<number[]> {
  const rows = await pipeline.sql('select cast(timestamp as long) / 1000 from load order by timestamp');
  return rows.map(([ms]) => Number(ms));
}

it('loses and doubles nothing, and shows the present at once while the backlog drains', async () => {
  await until('samples are stored', async () => (await storedTimes()).length > 5);
  const awaySinceMs = Date.now();
  await relay.away();
  for (const part of [1 / 3, 2 / 3]) {
    await until('part of the outage', () => Date.now() > awaySinceMs + AWAY_MS * part, AWAY_MS);
    await agent.killAndStart();
  }
  await until('the end of the outage', () => Date.now() > awaySinceMs + AWAY_MS, AWAY_MS);
  const backMs = Date.now();
  await relay.back();

  const shown = await until('the fleet view is of now', async () => {
    const { summary, spool } = await node();
    return (summary?.timeUs ?? 0) / 1000 > backMs ? { afterMs: Date.now() - backMs, rows: spool?.rows ?? 0 } : undefined;
  });
  const stored = await until('the newest sample is in the store', async () => {
    const newest = (await storedTimes()).at(-1) ?? 0;
    return newest > backMs ? { afterMs: Date.now() - backMs, rows: (await node()).spool?.rows ?? 0 } : undefined;
  });
  // Both came before the backlog was through.
  expect(shown.rows).toBeGreaterThan(ROWS_PER_SECOND);
  expect(stored.rows).toBeGreaterThan(ROWS_PER_SECOND);
  const lag = await until('the backlog is stored', async () => {
    const { spool } = await node();
    return spool !== undefined && (spool?.rows ?? 0) < 200 ? Date.now() - backMs : undefined;
  });
  expect(lag).toBeGreaterThan(2000);
  expect(shown.afterMs).toBeLessThanOrEqual(2000);
  expect(stored.afterMs).toBeLessThanOrEqual(10_000);
  // The last word of the backlog's end was that a few batches were left: what the agent could not send any more waits in its spool.
  await agent.stop();
  await agent.drain();

  const answer = await pipeline.muster('verify', '--wait', '60', '--json');
  const verified = JSON.parse(answer.stdout) as VerifyResponse;
  const clean = { lost: 0, doubled: 0, missingRows: 0, inFlight: 0, inSpools: 0, dropped: 0 };
  expect(verified, JSON.stringify(verified.holes)).toMatchObject(clean);
  expect(answer.code, answer.stderr).toBe(0);
  // The same, counted without the ledger's own judgement.
  const epochs = await ledgerEpochs(pipeline);
  expect(epochs).toHaveLength(2);
  for (const { batches, firstSeq, lastSeq } of epochs) expect([firstSeq, lastSeq]).toEqual([1, batches]);
  const inLedger = epochs.reduce((sum, { rows, badRows, mergedRows }) => sum + rows - badRows - mergedRows, 0);
  expect((await rowsByNode(pipeline)).get(agent.nodeId)).toBe(inLedger);
  // And by the samples themselves: no hole in time but where the agent was dead.
  const times = await storedTimes();
  const holes = times.slice(1).filter((ms, i) => ms - (times[i] as number) > 1000);
  expect(holes.length).toBeLessThanOrEqual(2);
  expect(times.filter((ms) => ms > awaySinceMs && ms < backMs).length).toBeGreaterThan((AWAY_MS / INTERVAL_MS) * 0.6);
});
