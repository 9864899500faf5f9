// `npm run bench -- agent [--seconds N | --minutes N] [--json]`: what the agent costs at an interval of one second, streaming to a whole
// Muster on this machine, beside whichever of its peers is on PATH, all over the same time. With `--minutes`, whether their memory grows.
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COLLECTOR_NAMES } from '../../agent/collectors/catalog.ts';
import { AGENT_ENVIRONMENT } from '../../cli/parts/muster-parts.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';
import { type Cost, measureCost } from './agent/cost.ts';
import { measureGrowth } from './agent/growth.ts';
import { type Peer, startPeers, stillRunning } from './agent/peers.ts';

/** The inventory, enrolment and the compiler's warm-up are done by then. */
const SETTLE_SECONDS = 20;
/** Over which the values of a tick are counted: some collectors run every ten seconds. */
const VALUES_WINDOW_SECONDS = 20;

interface Result extends Cost {
  valuesPerTick?: number;
  /** Median RSS of the last sixth of the time minus that of the second one. */
  growthMb?: number;
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    minutes: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(options.minutes);
const seconds = minutes > 0 ? minutes * 60 : Number(options.seconds);

const pipeline = await startPipeline();
let agent: ChildProcess | undefined;
let peers: Peer[] = [];
try {
  agent = await startAgent(pipeline);
  peers = await startPeers(pipeline.home);
  await until('samples of the agent are stored', async () => (await tables(pipeline)).includes('agent'));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
  report(await measureAll(agent.pid as number));
} finally {
  for (const peer of peers) peer.stop();
  agent?.kill();
  await pipeline.stop();
}

async function measureAll(agentPid: number): Promise<Record<string, Result>> {
  const subjects = [{ name: 'muster', pid: agentPid, valuesPerTick: undefined }, ...stillRunning(peers)];
  const results = await Promise.all(
    subjects.map(async ({ name, pid, valuesPerTick }): Promise<[string, Result]> => {
      const [cost, growthMb] = await Promise.all([measureCost(pid, seconds), minutes > 0 ? measureGrowth(pid, seconds) : undefined]);
      const values = name === 'muster' ? await storedValuesPerTick(pipeline) : valuesPerTick?.();
      return [
        name,
        { ...cost, ...(values === undefined ? {} : { valuesPerTick: values }), ...(growthMb === undefined ? {} : { growthMb }) },
      ];
    }),
  );
  return Object.fromEntries(results);
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

/** Values, absent ones left out, that were stored in a second of the last ones, in the mean. */
async function storedValuesPerTick(from: Pipeline): Promise<number> {
  const present = new Set(await tables(from));
  let count = 0;
  for (const table of COLLECTOR_NAMES.filter((name) => present.has(name))) {
    const rows = await from.sql(
      `select * from ${table} where timestamp > (select max(timestamp) - ${VALUES_WINDOW_SECONDS * 1_000_000} from agent)`,
    );
    for (const row of rows) count += row.filter((value) => typeof value === 'number').length;
  }
  return Math.round(count / VALUES_WINDOW_SECONDS);
}

function report(results: Record<string, Result>): void {
  for (const [name, { cpuPercentOfCore, rssMb, pssMb, valuesPerTick, growthMb }] of Object.entries(results)) {
    const values = valuesPerTick === undefined ? '' : `  ${valuesPerTick} values/s`;
    const growth = growthMb === undefined ? '' : `  ${growthMb} MB growth`;
    console.error(`${name.padEnd(26)} ${cpuPercentOfCore.toFixed(2)} % of a core  ${rssMb} MB RSS  ${pssMb} MB PSS${values}${growth}`);
  }
  if (options.json) console.log(JSON.stringify(results));
}
