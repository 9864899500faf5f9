// The whole of Muster for a test: `muster up --headless` as built, on free ports in a temporary folder, with its parts at hand.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { Part } from '../../cli/parts/part.ts';
import { type Child, startChild } from '../../cli/process/child.ts';
import { giveWay } from '../../cli/process/priority.ts';
import { startMark } from '../../cli/process/process-info.ts';
import { StateFolder } from '../../cli/state/state-folder.ts';
import { type Addresses, type PartRecord, readUpRecord, type UpRecord } from '../../cli/state/up-record.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { freePorts } from './ports.ts';
import { builtProgram, type Run, runMuster } from './program.ts';
import { questdbSql } from './questdb.ts';
import { temporaryFolder } from './server.ts';
import { until } from './until.ts';

export interface PipelineOptions {
  /** State folder; default a temporary one that `stop` removes. */
  home?: string;
  /** An agent for this machine; default false. */
  agent?: boolean;
  /** For every part, such as `MUSTER_GATEWAY_STREAM_MAX_BYTES`. The parts' own samples are off: they would be rows that no test asked for. */
  env?: Readonly<Record<string, string>>;
  /** Further options of `muster up`. */
  up?: readonly string[];
}

/** Names as `muster status` gives them. */
export type PartName = 'nats' | 'questdb' | 'gateway' | 'etl' | 'agent' | 'console-web';

export interface Pipeline {
  readonly home: string;
  readonly addresses: Addresses;
  /** As the operator. Closed by `stop`. */
  readonly client: FleetClient;
  /** The options with which it was started, for a second start on the same folder. */
  readonly arguments: readonly string[];
  /** The supervisor. */
  readonly pid: number;
  record(): UpRecord;
  part(name: PartName): PartRecord;
  /** SIGKILL to the part's process; resolves when that process is gone. The supervisor starts another. */
  kill(name: PartName): Promise<void>;
  /** Resolves when all parts serve. */
  untilReady(timeoutMs?: number): Promise<void>;
  /** Runs `muster ARGS --home …`. */
  muster(...args: string[]): Promise<Run>;
  /** SQL past the gateway, as QuestDB's administrator. */
  sql(statement: string): Promise<unknown[][]>;
  /** Ends it as Ctrl-C does, and removes a folder of its own. */
  stop(): Promise<void>;
}

/** Only what a test sends is counted. */
const NO_OWN_ROWS = { MUSTER_GATEWAY_OWN_SAMPLES_SECONDS: '0', MUSTER_GATEWAY_STATE_HISTORY: 'false' };

/** Starts it and waits until every part serves. Always `stop` it (`afterAll`). */
export async function startPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const home = options.home ?? temporaryFolder('pipeline');
  const state = new StateFolder(home);
  const args = [...(await upArguments(home, options.agent === true)), ...(options.up ?? [])];
  const up = startChild(upPart(args, state, { ...NO_OWN_ROWS, ...options.env }), join(home, 'logs', 'up.log'));
  try {
    await up.ready(180_000);
    return await toPipeline(up, state, args, options);
  } catch (error) {
    await up.stop(30_000);
    throw error;
  }
}

/** How `muster up` is started for a test, on free ports. */
export async function upArguments(home: string, agent: boolean): Promise<string[]> {
  const options = ['--port', '--nats-port', '--nats-monitor-port', '--questdb-http-port', '--questdb-pg-port', '--web-port'];
  const ports = await freePorts(options.length);
  return [
    'up',
    '--headless',
    '--home',
    home,
    ...options.flatMap((option, i) => [option, String(ports[i])]),
    ...(agent ? [] : ['--no-agent']),
  ];
}

function upPart(args: readonly string[], state: StateFolder, env: Readonly<Record<string, string>>): Part {
  // What a run that was cut off wrote last says ready, too.
  const before = readUpRecord(state.upFile)?.startedMs;
  return {
    name: 'up',
    command: process.execPath,
    args: [builtProgram('muster'), ...args],
    env,
    folders: [],
    files: [],
    readiness: {
      kind: 'ask',
      ask: async () => {
        const record = readUpRecord(state.upFile);
        if (record?.ready !== true || record.startedMs === before) throw new Error('not ready');
      },
    },
  };
}

async function toPipeline(up: Child, state: StateFolder, args: readonly string[], options: PipelineOptions): Promise<Pipeline> {
  const record = (): UpRecord => {
    const found = readUpRecord(state.upFile);
    if (found === undefined) throw new Error(`${state.upFile} cannot be read`);
    return found;
  };
  const { addresses } = record();
  const client = openFleet(addresses);
  const admin = { user: addresses.questdbHttpUser, password: readFileSync(addresses.questdbHttpPasswordFile, 'utf8').trim() };
  const part = (name: PartName): PartRecord => {
    const found = record().parts.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no part ${name}`);
    return found;
  };
  return {
    home: state.home,
    addresses,
    client,
    arguments: args,
    pid: up.pid,
    record,
    part,
    kill: async (name) => {
      const { pid, startMark: mark } = part(name);
      process.kill(pid, 'SIGKILL');
      await until(`process ${pid} (${name}) is gone`, () => startMark(pid) !== mark && part(name).pid !== pid);
    },
    untilReady: async (timeoutMs = 120_000) => void (await until('all parts serve', () => record().ready, timeoutMs)),
    muster: (...more) => runMuster([...more, '--home', state.home]),
    sql: (statement) => questdbSql(addresses.questdbHttp, admin, statement),
    stop: async () => {
      client.close();
      await up.stop(60_000);
      if (options.home === undefined) rmSync(state.home, { recursive: true, force: true });
    },
  };
}

export interface SimulationOptions {
  nodes: number;
  /** Default 1 s. */
  interval?: string;
  /** How their names begin; default `sim-`. */
  namePrefix?: string;
  /** Default: spools on disk. */
  durable?: boolean;
  /** Until when all must have their identity; default 120 s. */
  readyWithinMs?: number;
  /** How far it gives way once all are enrolled, 1 to 19: the machines that it stands for have CPUs of their own. */
  nice?: number;
}

export interface Simulation {
  /** Folder of the nodes' identities and spools. */
  readonly stateDir: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same identities and spools. */
  restart(): Promise<void>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

/** Simulated agents against the pipeline's gateway, enrolled by a token of their own. Stop it before the pipeline. */
export async function startSimulation(pipeline: Pipeline, options: SimulationOptions): Promise<Simulation> {
  const stateDir = join(pipeline.home, 'simulate');
  const joinTokenFile = join(stateDir, 'join.token');
  mkdirSync(stateDir, { recursive: true });
  const { secret } = await pipeline.client.call('createToken', {
    kind: 'TOKEN_KIND_JOIN',
    name: 'simulated agents of a test',
    scopes: [],
    validSeconds: 3600,
    uses: options.nodes,
    labels: {},
  });
  const settings = {
    gateway: pipeline.addresses.gateway,
    'ca-file': pipeline.addresses.caFile,
    'join-token-file': joinTokenFile,
    'state-dir': stateDir,
    nodes: options.nodes,
    interval: options.interval ?? '1s',
    durable: options.durable ?? true,
    'name-prefix': options.namePrefix ?? 'sim-',
  };
  const part: Part = {
    name: 'simulate',
    command: process.execPath,
    args: [builtProgram('simulate'), ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)],
    folders: [stateDir],
    files: [{ path: joinTokenFile, text: `${secret}\n` }],
    readiness: { kind: 'line' },
  };
  const logFile = join(pipeline.home, 'logs', 'simulate.log');
  const readyWithinMs = options.readyWithinMs ?? 120_000;
  let child = startChild(part, logFile);
  await child.ready(readyWithinMs);
  if (options.nice !== undefined) giveWay(child.pid, options.nice);
  return {
    stateDir,
    kill: async () => void (await child.kill()),
    restart: async () => {
      await child.stop();
      child = startChild(part, logFile);
      await child.ready(readyWithinMs);
    },
    stop: async () => void (await child.stop(30_000)),
  };
}
