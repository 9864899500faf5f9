// The promise: a batch that a spool committed is stored exactly once in effect, whatever is killed on the way.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMark } from '../../cli/process/process-info.ts';
import type { VerifyResponse } from '../../proto/gen/messages.ts';
import { type PartName, type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { readSpools, type SpoolContent } from '../harness/spools.ts';
import { ledgerEpochs, missingSeqs, rowsByNode } from '../harness/stored-rows.ts';
import { until } from '../harness/until.ts';

const NODES = 50;
const RUN_MS = 60_000;
const KILLED: readonly PartName[] = ['gateway', 'nats', 'etl', 'questdb'];

let pipeline: Pipeline;
let simulation: Simulation;

beforeAll(async () => {
  pipeline = await startPipeline();
  simulation = await startSimulation(pipeline, { nodes: NODES, interval: '1s' });
});

afterAll(async () => {
  await simulation?.stop();
  await pipeline?.stop();
});

async function storedBatches(): Promise<number> {
  const [[count] = []] = await pipeline.sql('select count() from deliveries');
  return Number(count);
}

/** Resolves when more batches are stored than now, one of each node and more. */
async function untilDataFlows(): Promise<void> {
  const before = await until('the ledger can be counted', storedBatches);
  await until(`more than ${NODES} batches are stored on top of ${before}`, async () => (await storedBatches()) > before + NODES, 60_000);
}

async function killInTurn(): Promise<void> {
  await untilDataFlows();
  await simulation.kill();
  await simulation.restart();
  for (const part of KILLED) {
    await untilDataFlows();
    await pipeline.kill(part);
    await pipeline.untilReady();
  }
  await untilDataFlows();
}

/** Each problem of one spool in a sentence; none where the database has exactly what the spool committed. */
async function compare(spool: SpoolContent, tableRows: number): Promise<string[]> {
  const name = `node ${spool.nodeId} epoch ${spool.epoch}`;
  const held = new Map(spool.held.map(({ seq, rows }) => [seq, rows]));
  const missing = await missingSeqs(pipeline, spool.epoch, spool.lastSeq);
  const lost = missing.filter((seq) => !held.has(seq));
  const waiting = missing.reduce((rows, seq) => rows + (held.get(seq) ?? 0), 0);
  const sent = spool.rowsCommitted - spool.rowsDropped - waiting;
  return [
    ...(lost.length === 0 ? [] : [`${name}: batches ${lost.join(', ')} of ${spool.lastSeq} are neither stored nor in the spool`]),
    ...(tableRows === sent ? [] : [`${name}: the tables have ${tableRows} rows, the spool sent ${sent}`]),
  ];
}

it('stores each batch once while agents, gateway, nats-server, ETL and QuestDB are killed in turn', { timeout: 360_000 }, async () => {
  const end = Date.now() + RUN_MS;
  await killInTurn();
  await until('a minute of samples', () => Date.now() > end, RUN_MS + 5000);
  await simulation.stop();

  const answer = await pipeline.muster('verify', '--wait', '60', '--json');
  const verified = JSON.parse(answer.stdout) as VerifyResponse;
  expect(verified, JSON.stringify(verified.holes)).toMatchObject({
    lost: 0,
    doubled: 0,
    missingRows: 0,
    inFlight: 0,
    dropped: 0,
    badRows: 0,
  });
  expect(answer.code, answer.stderr).toBe(0);

  const spools = readSpools(simulation.stateDir);
  expect(spools).toHaveLength(NODES);
  const counts = await rowsByNode(pipeline);
  const problems = await Promise.all(spools.map((spool) => compare(spool, counts.get(spool.nodeId) ?? 0)));
  expect(problems.flat()).toEqual([]);

  const ledger = await ledgerEpochs(pipeline);
  expect(ledger).toHaveLength(NODES);
  // Batches flowed for most of the minute, and each part really died once.
  for (const epoch of ledger) expect(epoch.batches, epoch.nodeId).toBeGreaterThan(20);
  for (const part of KILLED) expect(pipeline.part(part), part).toMatchObject({ restarts: 1, problem: 'ended with signal SIGKILL' });
  const ledgerRows = ledger.reduce((sum, { rows, badRows, mergedRows }) => sum + rows - badRows - mergedRows, 0);
  expect(ledgerRows).toBe([...counts.values()].reduce((sum, rows) => sum + rows, 0));
  expect(verified).toMatchObject({ ledgerRows, tableRows: ledgerRows, nodes: NODES });
});

it('leaves no part running when the supervisor itself is killed', async () => {
  const { parts, pid } = pipeline.record();
  process.kill(pid, 'SIGKILL');
  for (const part of parts) await until(`${part.name} is gone`, () => startMark(part.pid) !== part.startMark, 30_000);
  expect(await pipeline.muster('status')).toMatchObject({ code: 69 });
});
