// The agent's own program on a machine whose network file systems die: real mounts, real servers that do not answer any more, one of them with a local
// file system below it. More are dead at the start than libuv has threads, and the gateway is reached by its name.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COLLECTOR_NAMES } from '../../agent/collectors/catalog.ts';
import type { FrameColumns } from '../../core/common/frame.ts';
import { decodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import { FOLDER, FuseServers } from '../harness/fuse-servers.ts';
import { builtProgram } from '../harness/program.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from '../integration/edge/edge.ts';

const INTERVAL_MS = 100;
const MOST_LATE_MS = 50;
/** While an agent loads what it needs and enrols. */
const START_MS = 2000;
/** The descriptors of the servers begin there. A shell can close those of one digit. */
const FIRST_FD = 3;
const WANTED = new Set(['load', 'filesystem', 'network', 'agent']);
/** Dies with a file system below it; dies and comes back; never dies. */
const [WITH_BELOW, COMES_BACK, HEALTHY] = [1, 5, 6];
const DEAD_AT_START = [0, 2, 3, 4];

/** In a mount namespace of its own, which goes with the agent. */
const MOUNT_AND_RUN = `set -e
W=$1 N=$2 BELOW=$3
shift 3
mount --make-rprivate /
mount -t tmpfs base "$W"
i=0
while [ $i -lt $N ]; do
  mkdir "$W/$i"
  mount -i -t fuse.dies -o fd=$((i + ${FIRST_FD})),rootmode=40000,user_id=0,group_id=0,allow_other "server$i:/export" "$W/$i"
  i=$((i + 1))
done
mount -t tmpfs below "$W/$BELOW/${FOLDER}"
exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-
# What else runs on this machine is not the agent's lateness.
exec nice -n -20 "$@"
`;

/** The same beat with nothing to do: how late this machine is now, whatever runs on it. It prints that when its input ends. */
const METRONOME = `
const late = [];
const startedMs = performance.now();
const tick = () => {
  const ms = performance.now() - startedMs;
  const n = Math.round(ms / ${INTERVAL_MS});
  late.push(Math.max(0, ms - n * ${INTERVAL_MS}));
  setTimeout(tick, (n + 1) * ${INTERVAL_MS} - (performance.now() - startedMs));
};
setTimeout(tick, ${INTERVAL_MS});
process.stdin.resume().on('end', () => {
  late.sort((a, b) => a - b);
  console.log(late[Math.floor(late.length * 0.99)]);
  process.exit();
});
`;

let edge: Edge;
let servers: FuseServers;
let agent: ChildProcess;
let metronome: ChildProcess;
let mounts: string;

beforeAll(async () => {
  servers = new FuseServers(['mute', 'answers', 'mute', 'deaf', 'deaf', 'answers', 'answers']);
  edge = await startEdge();
  const folder = temporaryFolder('dead-mounts');
  mounts = join(folder, 'mounts');
  const stateDir = join(folder, 'agent');
  for (const path of [mounts, stateDir]) mkdirSync(path, { mode: 0o700 });
  const joinFile = join(folder, 'join.token');
  writeFileSync(joinFile, await edge.createToken({}), { mode: 0o600 });
  const flags = {
    gateway: `localhost:${edge.port}`,
    'ca-file': edge.caFile,
    'join-token-file': joinFile,
    'state-dir': stateDir,
    interval: `${INTERVAL_MS}ms`,
    'collectors-disabled': JSON.stringify(COLLECTOR_NAMES.filter((name) => !WANTED.has(name))),
    probes: JSON.stringify([{ name: 'by-name', kind: 'tcp', target: `localhost:${edge.port}`, interval: '1s', window: '10s' }]),
  };
  const program = [process.execPath, builtProgram('agent'), ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
  const script = ['-m', 'sh', '-c', MOUNT_AND_RUN, 'sh', mounts, String(servers.fds.length), String(WITH_BELOW)];
  const log = openSync(join(folder, 'agent.log'), 'a');
  metronome = spawn('nice', ['-n', '-20', process.execPath, '-e', METRONOME], { stdio: ['pipe', 'pipe', 'inherit'] });
  agent = spawn('unshare', [...script, ...program], { stdio: ['ignore', log, log, ...servers.fds] });
});
afterAll(async () => {
  const gone = agent === undefined || agent.exitCode !== null ? undefined : once(agent, 'exit');
  metronome?.kill();
  agent?.kill('SIGTERM');
  // Whatever waits for a server in the kernel goes on with that.
  servers?.stop();
  await gone;
  await edge?.stop();
});

interface Told {
  frames: FrameColumns[];
  events: string[];
}

async function told(): Promise<Told> {
  const batches = (await edge.deliveries()).map(({ batch }) => decodeBatch(Buffer.from(batch)));
  return {
    frames: batches.flatMap(({ frames }) => frames.map(toFrameColumns)),
    events: batches.flatMap(({ events }) => events.map(({ text }) => text)),
  };
}

/** By time in microseconds: the mounts below the folder that had a row. */
function mountsByTime({ frames }: Told): Map<number, string[]> {
  const byTime = new Map<number, string[]>();
  for (const { measurement, series, seriesIndex, timeUs } of frames) {
    if (measurement !== 'filesystem') continue;
    for (const [row, us] of timeUs.entries()) {
      const mount = series[seriesIndex[row] as number]?.[0] ?? '';
      byTime.set(us, [...(byTime.get(us) ?? []), mount.replace(`${mounts}/`, '')]);
    }
  }
  return byTime;
}

/** Of the newest tick of the file systems, of those below the folder, once there is one after `afterUs`. */
async function newestMounts(what: string, afterUs: number): Promise<string[]> {
  return until(
    what,
    async () =>
      [...mountsByTime(await told())]
        .filter(([us]) => us > afterUs)
        .at(-1)?.[1]
        .sort(),
    40_000,
  );
}

it('loses the rows of the dead mounts, names them, and does all else in time', async () => {
  await until('the agent reaches the gateway by its name', () => edge.log.find((line) => line['session'] !== undefined), 30_000);
  const first = await newestMounts('the first rows', 0);
  for (const alive of [`${WITH_BELOW}`, `${WITH_BELOW}/${FOLDER}`, `${COMES_BACK}`, `${HEALTHY}`]) expect(first).toContain(alive);
  for (const dead of DEAD_AT_START) expect(first).not.toContain(String(dead));

  servers.become(WITH_BELOW, 'mute');
  servers.become(COMES_BACK, 'deaf');
  const diedUs = Date.now() * 1000;
  const left = await newestMounts('rows after more have died', diedUs);
  expect(left).toContain(String(HEALTHY));
  for (const dead of [...DEAD_AT_START, WITH_BELOW, `${WITH_BELOW}/${FOLDER}`, COMES_BACK]) expect(left).not.toContain(String(dead));

  const { events } = await until('all are named', async () => {
    const answer = await told();
    return answer.events.filter((text) => text.includes('does not answer')).length >= DEAD_AT_START.length + 3 ? answer : undefined;
  });
  for (const dead of [...DEAD_AT_START, WITH_BELOW, COMES_BACK]) {
    expect(events).toContain(`collector filesystem: ${mounts}/${dead} (fuse.dies from server${dead}:/export) does not answer`);
  }
  expect(events).toContain(`collector filesystem: ${mounts}/${WITH_BELOW}/${FOLDER} (tmpfs from below) does not answer`);

  servers.become(COMES_BACK, 'answers');
  await until('the row of the server that is back', async () => (await newestMounts('rows', diedUs)).includes(String(COMES_BACK)), 40_000);

  const { frames } = await told();
  const late = lateness(frames.filter(({ measurement }) => measurement === 'load').flatMap(({ timeUs }) => [...timeUs]));
  expect(late.length).toBeGreaterThan(100);
  const ofMachine = await stopMetronome();
  expect((late[Math.floor(late.length * 0.99)] as number) - ofMachine, `the machine itself is ${ofMachine} ms late`).toBeLessThan(
    MOST_LATE_MS,
  );

  // Names were resolved all the while.
  const probe = frames.filter(({ measurement }) => measurement === 'probe');
  const uptime = probe.flatMap(({ fields, values, timeUs: { length: rows } }) => [
    ...values.subarray(fields.indexOf('uptime_pct') * rows, (fields.indexOf('uptime_pct') + 1) * rows),
  ]);
  expect(uptime.length).toBeGreaterThan(0);
  for (const percent of uptime) expect(percent).toBe(100);
});

/** The 99th percentile of the machine's own lateness, in milliseconds. */
async function stopMetronome(): Promise<number> {
  const { stdin, stdout } = metronome;
  if (stdin === null || stdout === null) throw new Error('the metronome has no pipes');
  stdin.end();
  let text = '';
  for await (const chunk of stdout) text += String(chunk);
  const ms = Number.parseFloat(text);
  if (!Number.isFinite(ms)) throw new Error(`the metronome said ${text}`);
  return ms;
}

/** How late each tick was in milliseconds, least first; a tick that was left out was a whole interval late. The program's start is left out. */
function lateness(timesUs: readonly number[]): number[] {
  const all = timesUs.map((us) => us / 1000).sort((a, b) => a - b);
  const sorted = all.filter((ms) => ms > (all[0] as number) + START_MS);
  const places = sorted.map((ms) => ms % INTERVAL_MS);
  // The place of this agent within an interval: where most of its ticks are, which may be around the end of one.
  const home = places.toSorted((a, b) => a - b)[Math.floor(places.length / 2)] as number;
  const off = places.map((place) => ((place - home + INTERVAL_MS * 1.5) % INTERVAL_MS) - INTERVAL_MS / 2);
  const earliest = Math.min(...off);
  const left = sorted.slice(1).flatMap((ms, index) => {
    const missing = Math.round((ms - (sorted[index] as number)) / INTERVAL_MS) - 1;
    return Array.from({ length: Math.max(0, missing) }, (_, behind) => (behind + 1) * INTERVAL_MS);
  });
  return [...off.map((ms) => ms - earliest), ...left].sort((a, b) => a - b);
}
