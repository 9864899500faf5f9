// The history of node states on a real nats-server and QuestDB: a change is stored once, with when it became true, over silence, a restarted gateway, a
// second gateway and a nats-server that goes away; what nobody watched is said to be unknown.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import { stateChangesSql, statesSql, UNWATCHED_SQL, WATCHED_SQL } from '../../core/common/state-queries.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryFrame } from '../../proto/gen/messages.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { createIdentity, type Identity, TestStream } from './edge/test-agent.ts';
import { type EtlSetup, startEtlSetup } from './etl-setup.ts';

// A silence is told after 30 s, and stored when the machine gets to it.
const PATIENCE_MS = 180_000;

let setup: EtlSetup;
let edge: Edge;
let folder: string;
const machines: Machine[] = [];

beforeAll(async () => {
  setup = await startEtlSetup();
  folder = temporaryFolder('states');
  writeFileSync(join(folder, 'token'), OPERATOR_TOKEN);
  edge = await startGateway();
});
afterAll(async () => {
  for (const machine of machines) machine.end();
  await edge?.stop();
  await setup?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function startGateway(name = 'gateway-1'): Promise<Edge> {
  const { pgPort, reader } = setup.questdb;
  const store = ['--questdb-pg-port', String(pgPort), '--questdb-pg-user', reader.user, '--questdb-pg-password-file', reader.passwordFile];
  return startEdge(['--name', name, ...store], setup.nats, edge?.authority);
}

/** A machine that is heard twice a second. */
class Machine {
  readonly identity: Identity;
  lastSentMs = 0;
  #stream: TestStream | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(identity: Identity) {
    this.identity = identity;
    machines.push(this);
  }

  begin(at: Edge): void {
    this.end();
    const stream = new TestStream(at, this.identity);
    stream.hello(1);
    const beat = (): void => {
      this.lastSentMs = Date.now();
      stream.send({
        heartbeat: { sentUs: this.lastSentMs * 1000, summary: { timeUs: this.lastSentMs * 1000, cpuPercent: 5, diskMount: '' } },
      });
    };
    beat();
    this.#stream = stream;
    this.#timer = setInterval(beat, 500);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  /** Kinds of its rows in their order, with their times. */
  async rows(): Promise<[kind: string, ms: number][]> {
    const found = await setup.questdb.sql(
      `select kind, timestamp from events where node_id = '${this.identity.nodeId}' and kind like 'node_%' order by timestamp`,
    );
    return found.map(([kind, time]) => [String(kind), Date.parse(String(time))]);
  }

  async kinds(): Promise<string[]> {
    return (await this.rows()).map(([kind]) => kind);
  }

  untilStored(...kinds: string[]): Promise<unknown> {
    const wanted = kinds.join();
    return until(`${wanted} stored`, async () => (await this.kinds()).join() === wanted, PATIENCE_MS);
  }
}

/** The answer of a statement as the console asks it. */
async function asked(fleet: FleetClient, sql: string): Promise<QueryFrame[]> {
  const frames: QueryFrame[] = [];
  for await (const frame of fleet.stream('query', { sql, maxRows: 1000, timeoutMs: 20_000 })) frames.push(frame);
  return frames;
}

async function countOf(kind: string): Promise<number> {
  return Number((await setup.questdb.sql(`select count() from events where kind = '${kind}'`))[0]?.[0]);
}

const BEGINNING = ['node_never_seen', 'node_live'];
const DEATH = ['node_late', 'node_silent'];

it('stores each change once, with its time, and writes over a restart nothing that was not seen', async () => {
  await until('the beginning of the history', async () => (await countOf('states_watched')) > 0, PATIENCE_MS);
  const [first, second] = [new Machine(await createIdentity(edge)), new Machine(await createIdentity(edge))];
  for (const machine of machines) machine.begin(edge);
  for (const machine of machines) await machine.untilStored(...BEGINNING);

  first.end();
  await first.untilStored(...BEGINNING, ...DEATH);
  const [late, silent] = (await first.rows()).slice(-2).map(([, ms]) => ms - first.lastSentMs);
  // The end of its stream is heard too, up to a beat after the last one; a beat takes its time beside other work.
  for (const [ms, least] of [
    [late, 3000],
    [silent, 30_000],
  ] as const) {
    expect(ms).toBeGreaterThanOrEqual(least);
    expect(ms).toBeLessThan(least + 10_000);
  }
  first.begin(edge);
  await first.untilStored(...BEGINNING, ...DEATH, 'node_live');
  expect(await second.kinds()).toEqual(BEGINNING);

  // One machine dies while no gateway runs, the other comes back.
  await edge.stop();
  first.end();
  edge = await startGateway();
  const startedMs = Date.now();
  second.begin(edge);
  await first.untilStored(...BEGINNING, ...DEATH, 'node_live', ...DEATH);
  expect((await first.rows()).at(-1)?.[1]).toBeGreaterThan(startedMs + 25_000);
  await until('the time that nobody watched', async () => (await countOf('states_unwatched')) === 1);
  expect(await second.kinds()).toEqual(BEGINNING);

  // Two gateways see the same: one of them writes.
  const other = await startGateway('gateway-2');
  try {
    second.end();
    await second.untilStored(...BEGINNING, ...DEATH);
    const marks = await setup.questdb.sql("select distinct node_id from events where kind = 'states_watched'");
    expect(marks).toEqual([['muster-gateway-1']]);
    second.begin(other);
    await second.untilStored(...BEGINNING, ...DEATH, 'node_live');
  } finally {
    await other.stop();
  }
  const fleet = openFleet({ gateway: `localhost:${edge.port}`, caFile: edge.caFile, tokenFile: join(folder, 'token') });
  const proof = await fleet.call('verify', { nodeId: '', waitMs: 20_000 });
  expect(proof.holes).toEqual([]);
  // What the console asks is taken, and answered by rows of both machines.
  const nowMs = Date.now();
  for (const sql of [WATCHED_SQL, UNWATCHED_SQL, statesSql(nowMs), stateChangesSql(nowMs - 900_000, nowMs, '15s')]) {
    const rows = (await asked(fleet, sql)).reduce((sum, { totals }) => sum + (totals?.rows ?? 0), 0);
    expect(rows, sql).toBeGreaterThan(0);
  }
  fleet.close();
  expect(await countOf('states_unwatched')).toBe(1);
});
