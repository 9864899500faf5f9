// `npm run bench -- agent [--seconds N] [--json]`: what the agent costs at an interval of one second, streaming to a whole Muster on this
// machine, beside whichever of its peers is on PATH.
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AGENT_ENVIRONMENT } from '../../cli/parts/muster-parts.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';
import { type Cost, measureCost } from './agent/cost.ts';
import { measurePeers } from './agent/peers.ts';

/** The inventory, enrolment and the compiler's warm-up are done by then. */
const SETTLE_SECONDS = 20;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, json: { type: 'boolean', default: false } },
});
const seconds = Number(options.seconds);

const pipeline = await startPipeline();
try {
  const agent = await startAgent(pipeline);
  let muster: Cost & { valuesPerTick: number };
  try {
    await until('samples of the agent are stored', async () => (await tables(pipeline)).includes('agent'));
    await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
    const cost = await measureCost(agent.pid as number, seconds);
    muster = { ...cost, valuesPerTick: await valuesPerTick(pipeline) };
  } finally {
    agent.kill();
  }
  report({ muster, ...(await measurePeers(pipeline.home, seconds)) });
} finally {
  await pipeline.stop();
}

async function startAgent({ client, home, addresses }: Pipeline): Promise<ChildProcess> {
  const { secret } = await client.call('createToken', {
    kind: 'TOKEN_KIND_JOIN',
    name: 'agent of the bench',
    scopes: [],
    validSeconds: 600,
    uses: 1,
    labels: {},
  });
  const joinTokenFile = join(home, 'bench-join.token');
  writeFileSync(joinTokenFile, `${secret}\n`, { mode: 0o600 });
  const settings = {
    interval: '1s',
    gateway: addresses.gateway,
    'ca-file': addresses.caFile,
    'join-token-file': joinTokenFile,
    'state-dir': join(home, 'bench-agent'),
  };
  const log = openSync(join(home, 'logs', 'bench-agent.log'), 'a');
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return spawn(process.execPath, [builtProgram('agent'), ...args], {
    stdio: ['ignore', log, log],
    env: { ...process.env, ...AGENT_ENVIRONMENT },
  });
}

async function tables({ sql }: Pipeline): Promise<string[]> {
  return (await sql('select table_name from tables()')).map(([name]) => String(name));
}

/** Values, absent ones left out, in the newest stored tick of every measurement. */
async function valuesPerTick(from: Pipeline): Promise<number> {
  let count = 0;
  for (const table of [
    'cpu',
    'memory',
    'swap',
    'load',
    'pressure',
    'disk_io',
    'filesystem',
    'network',
    'sockets',
    'uptime',
    'processes',
    'agent',
    'temperature',
  ]) {
    if (!(await tables(from)).includes(table)) continue;
    const rows = await from.sql(`select * from ${table} where timestamp = (select max(timestamp) from ${table})`);
    for (const row of rows) count += row.filter((value) => typeof value === 'number').length;
  }
  return count;
}

function report(costs: Record<string, Cost>): void {
  for (const [name, { cpuPercentOfCore, rssMb, pssMb }] of Object.entries(costs)) {
    console.error(`${name.padEnd(14)} ${cpuPercentOfCore.toFixed(2)} % of a core  ${rssMb} MB RSS  ${pssMb} MB PSS`);
  }
  if (options.json) console.log(JSON.stringify(costs));
}
