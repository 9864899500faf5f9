// The load of the pipeline benchmark, as a process of its own: real agents without collectors. Each has an identity of its own, a spool on
// disk (SQLite, synchronous=FULL) and the agent's uplink over mutual TLS. Reads `{"rows": N}` lines, answers each when all are acknowledged.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openSpoolDatabase } from '../../../agent/spool/spool-database.ts';
import { SqliteSpool } from '../../../agent/spool/sqlite-spool.ts';
import { enrol } from '../../../agent/uplink/enrolment.ts';
import { createKey } from '../../../agent/uplink/signing-request.ts';
import { Uplink } from '../../../agent/uplink/uplink.ts';
import type { NodeInfo } from '../../../proto/gen/messages.ts';
import { ROWS_PER_BATCH, RowMaker } from './rows.ts';

/** Batches that a spool holds before the maker waits: a little more than the gateway's window. */
const HELD_BATCHES = 48;

const [gateway = '', caFile = '', joinTokenFile = '', dir = '', nodeCount = '4', startUs = '0'] = process.argv.slice(2);

interface LoadAgent {
  spool: SqliteSpool;
  uplink: Uplink;
  rows: RowMaker;
}

async function startAgent(index: number): Promise<LoadAgent> {
  const folder = join(dir, `agent-${index}`);
  mkdirSync(folder, { recursive: true });
  const { database } = openSpoolDatabase(join(folder, 'spool.sqlite'));
  const spool = new SqliteSpool(database, { maxBytes: 2 ** 30, maxRows: 1e9 });
  const node = nodeInfo(`bench-${index}`);
  const ca = readFileSync(caFile);
  const joinToken = readFileSync(joinTokenFile, 'utf8').trim();
  const uplink = new Uplink({
    gateway,
    identity: () => enrol({ gateway, ca, joinToken, keyPem: createKey(), node }),
    spool,
    intervalMs: () => 1000,
    node: () => node,
    summary: () => undefined,
    onLease: () => {},
    reports: {
      connected: () => {},
      disconnected: (end) => process.stderr.write(`agent ${index} lost its stream: ${JSON.stringify(end)}\n`),
      enrolmentFailed: (error) => process.stderr.write(`agent ${index} did not enrol: ${String(error)}\n`),
      refused: (refuse) => process.stderr.write(`agent ${index} was refused: ${refuse.reason}\n`),
    },
  });
  await uplink.start();
  return { spool, uplink, rows: new RowMaker(index, Number(startUs)) };
}

function nodeInfo(name: string): NodeInfo {
  return {
    ...{ name, platform: 'linux', os: 'bench', kernel: '', arch: 'x64', cpuModel: '', cpuCores: 1, memoryBytes: 0, virtualization: '' },
    ...{ model: '', addresses: [], agentVersion: 'bench', labels: {}, bootUs: 0, simulated: true, commands: [] },
  };
}

/** Appends and sends until all is acknowledged. */
async function produce(agents: readonly LoadAgent[], rows: number): Promise<void> {
  for (let left = rows; left > 0; ) {
    let appended = false;
    for (const { spool, uplink, rows: maker } of agents) {
      if (left <= 0 || spool.status().batches >= HELD_BATCHES) continue;
      spool.append({ createdUs: Date.now() * 1000, frames: [maker.next()], events: [] });
      uplink.notify();
      left -= ROWS_PER_BATCH;
      appended = true;
    }
    await new Promise((resolve) => (appended ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
  while (agents.some(({ spool }) => spool.status().batches > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
}

const agents = await Promise.all(Array.from({ length: Number(nodeCount) }, (_, i) => startAgent(i)));
while (!agents.every(({ uplink }) => uplink.connected)) await new Promise((resolve) => setTimeout(resolve, 20));
process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  await produce(agents, (JSON.parse(line) as { rows: number }).rows);
  process.stdout.write('{"done":true}\n');
}
for (const { uplink } of agents) await uplink.stop();
process.exit(0);
