// Bad input to the deployment: 30, 31, 32 and 34 of the list; 28 and 29 are the faults and the backend that is away.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { postPush } from '../../cli/scenario/push-probes.ts';
import { telemetrySubject } from '../../core/common/streams.ts';
import { until } from '../harness/until.ts';
import type { Deployment } from './deployment.ts';
import { fiveProbes } from './load.ts';

const TOLD_WITHIN_MS = 30_000;
const HELD_MS = 12_000;
/** The smallest that the gateway takes. */
const SMALL_STREAM_BYTES = 16 * 1024 ** 2;
const FLOWS_AGAIN_WITHIN_MS = 60_000;

/** SQL as the database's administrator, asked by the ETL's container: nobody outside reaches the database. */
const SQL_PROGRAM = `const password = require('node:fs').readFileSync('/run/secrets/muster/questdb-admin', 'utf8').trim();
const headers = { authorization: 'Basic ' + Buffer.from('admin:' + password).toString('base64') };
fetch('http://questdb:9000/exec?query=' + encodeURIComponent(process.argv[1]), { headers }).then(async (answer) => {
  process.stdout.write(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
});`;

/** A message that is no envelope, published by NATS' text protocol. */
const PUBLISH_PROGRAM = `const password = require('node:fs').readFileSync('/run/secrets/muster/nats-gateway', 'utf8').trim();
const socket = require('node:net').connect(4222, 'nats', () => {
  const [subject, text] = process.argv.slice(1);
  const login = JSON.stringify({ user: 'gateway', pass: password, verbose: false, pedantic: false });
  socket.write('CONNECT ' + login + '\\r\\nPUB ' + subject + ' ' + text.length + '\\r\\n' + text + '\\r\\nPING\\r\\n');
});
socket.on('data', (bytes) => { if (bytes.includes('PONG')) socket.end(); });`;

export async function undecodableMessage(deployment: Deployment): Promise<string> {
  const { client, project } = deployment;
  const count = async (): Promise<number> =>
    Object.values((await client.call('getPipelineStatus', {})).deadLetters).reduce((a, b) => a + b, 0);
  const before = await count();
  await project.compose('exec', '-T', 'gateway', 'node', '-e', PUBLISH_PROGRAM, telemetrySubject(0), 'this is no envelope');
  await until('it is a dead letter', async () => (await count()) === before + 1, TOLD_WITHIN_MS);
  const flowsMs = await deployment.untilFlowing(TOLD_WITHIN_MS);
  return `one dead letter more, and the flow goes on (a new batch was stored after ${(flowsMs / 1000).toFixed(1)} s)`;
}

/** Told in the database's words, resumed by itself, and every row of the meantime stored. */
export async function suspendedTable(deployment: Deployment): Promise<string> {
  const { client, project } = deployment;
  const ask = (sql: string) => project.compose('exec', '-T', 'etl', 'node', '-e', SQL_PROGRAM, sql);
  const state = "SELECT name, suspended, writerTxn, sequencerTxn FROM wal_tables() WHERE name = 'probe'";
  // The database may be applying rows to it just now, and forget what it was told.
  await until(
    'the database suspends it',
    async () => {
      await ask("ALTER TABLE probe SUSPEND WAL WITH 28, 'No space left on device'");
      return (await ask(state)).includes('true');
    },
    TOLD_WITHIN_MS,
  );
  const startedMs = performance.now();
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(1);
  const suspended = async () => (await client.call('getPipelineStatus', {})).suspendedTables.find(({ table }) => table === 'probe');
  const { error } = await until('it is told', suspended, TOLD_WITHIN_MS).catch(async (thrown: Error) => {
    const { problems } = await client.call('getPipelineStatus', {});
    const etl = await project.compose('logs', '--tail', '25', 'etl');
    throw new Error(`${thrown.message}; problems: ${problems.join(' | ')}; QuestDB: ${await ask(state)}; ETL: ${etl}`);
  });
  if (!error.includes('No space left on device')) throw new Error(`it is told as "${error}"`);
  const told = seconds();
  await until('it is resumed', async () => (await suspended()) === undefined, 2 * TOLD_WITHIN_MS);
  return `told after ${told} s, resumed by itself after ${seconds()} s`;
}

/** Nobody takes from a small stream until it is full: who sends waits, and goes on by itself when there is room. */
export async function fullStream(deployment: Deployment): Promise<string> {
  const { client, project } = deployment;
  await project.compose('stop', 'etl');
  let waiting: number;
  let words: string;
  try {
    await project.with({ MUSTER_STREAM_MAX_BYTES: String(SMALL_STREAM_BYTES) }).compose('up', '-d', '--no-deps', '--wait', 'gateway');
    words = await fillStream(deployment);
    waiting = await until(
      'batches wait in the spools',
      async () => (await client.call('verify', { nodeId: '', waitMs: 0 }, { timeoutMs: TOLD_WITHIN_MS })).inSpools || undefined,
      TOLD_WITHIN_MS,
    );
  } finally {
    await project.compose('start', 'etl');
  }
  const flowsMs = await deployment.untilFlowing(FLOWS_AGAIN_WITHIN_MS);
  await project.compose('up', '-d', '--no-deps', '--wait', 'gateway');
  return `a push is told "${words}", ${waiting} batches waited in the spools, all flow ${(flowsMs / 1000).toFixed(1)} s after the ETL's start`;
}

/** What the gateway says to a push that the stream has no room for. */
async function fillStream({ target }: Deployment): Promise<string> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(target.caFile) });
  const token = readFileSync(target.tokenFile, 'utf8').trim();
  const metadata = { filler: 'x'.repeat(8000) };
  try {
    for (let n = 0; n < (2 * SMALL_STREAM_BYTES) / (50 * 8000); n++) {
      const timeUs = Date.now() * 1000;
      const samples = Array.from({ length: 50 }, (_, i) => ({ node_id: 'filler', time: timeUs + i, value: i, metadata }));
      const { status, text } = await postPush(target.gateway, agent, token, JSON.stringify(samples), `filler-${timeUs}`);
      // Unacknowledged is not refused: whoever pushes sends it again.
      if (status === 504) return (JSON.parse(text) as { error: { message: string } }).error.message;
      if (status !== 202) throw new Error(`a push is answered ${status} ${text}`);
    }
  } finally {
    agent.destroy();
  }
  throw new Error('the stream took twice what it may hold');
}

/** A second ETL on the same stream, then one again. */
export async function twoEtls(deployment: Deployment): Promise<string> {
  const scale = (count: number): Promise<string> =>
    deployment.project.compose('up', '-d', '--no-recreate', '--scale', `etl=${count}`, 'etl');
  await scale(2);
  try {
    return await fiveProbes(deployment, 15);
  } finally {
    await scale(1);
  }
}

/** QuestDB holds still while samples come. */
export async function slowDatabase(deployment: Deployment): Promise<string> {
  const load = fiveProbes(deployment, 25);
  await sleep(5000);
  await deployment.project.compose('pause', 'questdb');
  await sleep(HELD_MS);
  await deployment.project.compose('unpause', 'questdb');
  return load;
}
