import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Collector } from '../host/collector.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { findContainerGroups, parseGroupName } from './container-groups.ts';
import { askContainers, findContainerSocket, parseContainerList } from './container-names.ts';
import { createContainersCollector } from './containers.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
const LIST = readFileSync(`${FIXTURES}commands/docker-containers.json`, 'utf8');
const SHOP_DB = '4f2d1c9ab37e5d60817263544f2d1c9ab37e5d60817263544f2d1c9ab37e5d60';
let folder: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-sys-'));
  cpSync(join(FIXTURES, 'sys-cgroup2'), folder, { recursive: true });
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function serve(answer: string | undefined, status = 200): Promise<string> {
  const path = join(folder, 'docker.sock');
  server = createServer((request, response) => {
    if (answer !== undefined) response.writeHead(request.url === '/containers/json?all=1' ? status : 404).end(answer);
  });
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return path;
}

type Row = Record<string, number | string>;

async function run(collector: Collector, ms: number): Promise<{ rows: Record<string, Row>; problems: readonly string[] }> {
  const builder = new FrameBuilder(collector);
  builder.beginTick(ms * 1000);
  await collector.collect(builder, { timeUs: ms * 1000, monotonicMs: ms });
  const { problems } = builder;
  const frame = builder.take();
  const rows: Record<string, Row> = {};
  const count = frame?.timeUs.length ?? 0;
  for (let row = 0; row < count && frame !== undefined; row++) {
    const values = frame.fields.map((field, column) => [field, frame.values[column * count + row] as number] as const);
    const texts = frame.textFields.map((field, column) => [field, frame.texts[row * frame.textFields.length + column] ?? ''] as const);
    rows[frame.series[frame.seriesIndex[row] as number]?.join(' ').trim() ?? ''] = Object.fromEntries(
      [...values, ...texts].filter(([, value]) => !Number.isNaN(value)),
    );
  }
  return { rows, problems };
}

test('groups of every runtime are found, and their helpers are not', () => {
  const groups = findContainerGroups(join(folder, 'fs/cgroup')).map(({ id, runtime }) => `${runtime} ${id.slice(0, 6)}`);
  expect(groups.sort()).toEqual(['containerd bb22cc', 'docker 4f2d1c', 'docker cc33dd', 'lxc web', 'podman aa11bb']);
  expect(parseGroupName(SHOP_DB, 'pod0a1b')).toEqual({ id: SHOP_DB, runtime: 'container' });
  expect(parseGroupName('machine-my\\x2dvm.scope', 'machine.slice')).toEqual({ id: 'my-vm', runtime: 'machine' });
  expect(parseGroupName('session-3.scope', 'user.slice')).toBeUndefined();
});

test('what a container uses between two readings, with its name from the socket', async () => {
  const socket = await serve(LIST);
  const collector = createContainersCollector({ proc: '', sys: folder }, { find: () => socket, ask: askContainers });
  expect((await run(collector, 0)).problems).toEqual([]);
  const group = join(folder, `fs/cgroup/system.slice/docker-${SHOP_DB}.scope`);
  writeFileSync(join(group, 'cpu.stat'), 'usage_usec 95000000\nnr_throttled 2\nthrottled_usec 1400000\n');
  writeFileSync(join(group, 'io.stat'), '259:0 rbytes=1000000 wbytes=2040000 rios=10 wios=20\n253:0 rbytes=600000 wbytes=0\n');
  const { rows } = await run(collector, 10_000);
  expect(rows['shop-db postgres:16']).toEqual({
    running: 1,
    healthy: 0,
    cpu_percent: 50,
    cpu_throttled_percent: 5,
    memory_bytes: 200_000_000,
    memory_limit_bytes: 536_870_912,
    memory_percent: (200_000_000 / 536_870_912) * 100,
    read_bytes_per_second: 10_000,
    write_bytes_per_second: 4000,
    pids: 21,
    oom_kills: 2,
    state: 'running',
    container_id: '4f2d1c9ab37e',
    runtime: 'docker',
  });
  expect(rows['shop-migrate sha256:9c7a54a9a43c']).toEqual({ running: 0, state: 'exited', container_id: '0f0e0d0c0b0a', runtime: '' });
  // Nobody names those of other runtimes.
  expect(rows['bb22cc33dd44']).toMatchObject({ running: 1, memory_limit_bytes: 1_073_741_824, runtime: 'containerd' });
  expect(rows['web']).toMatchObject({ runtime: 'lxc', pids: 8 });
});

test('a runtime that is slow for a while costs no name: what lives keeps its own, and what nobody knows is absent', async () => {
  let isSlow = false;
  let list = LIST;
  const ask = async () => {
    if (isSlow) throw new Error('no answer within 1000 ms');
    return parseContainerList(list);
  };
  const collector = createContainersCollector({ proc: '', sys: folder }, { find: () => 'docker.sock', ask });
  const before = (await run(collector, 0)).rows;
  isSlow = true;
  const { rows, problems } = await run(collector, 30_000);
  expect(problems).toEqual(['no answer within 1000 ms']);
  expect(rows['shop-db postgres:16']).toMatchObject({ running: 1, state: 'running', pids: 21 });
  expect(rows['shop-db postgres:16']).not.toHaveProperty('healthy');
  expect(before['shop-db postgres:16']).toHaveProperty('healthy');
  // Those that had ended: nobody says whether they still have.
  expect(Object.keys(rows).filter((name) => rows[name]?.['running'] === 0)).toEqual([]);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(Object.keys(rows)));
  // Asked again at the next reading, not half a minute later.
  isSlow = false;
  list = LIST.replaceAll('shop-db', 'shop-db-2');
  expect((await run(collector, 40_000)).rows).toHaveProperty('shop-db-2 postgres:16');
});

test.each([
  [['/sab'], 'sab'],
  [['/hydra/sab', '/radarr/sab', '/sab', '/sonarr/sab'], 'sab'],
  [['pod-name'], 'pod-name'],
  [['/only/linked'], 'only/linked'],
  [[], '4f2d1c9ab37e'],
])('of the names %j its own is %s', (names, name) => {
  expect(parseContainerList(JSON.stringify([{ Id: SHOP_DB, Names: names }]))[0]?.name).toBe(name);
});

test('a socket that is closed to this user does not hide one that is open', () => {
  const run = join(folder, 'run');
  mkdirSync(join(run, 'podman/podman.sock'), { recursive: true });
  expect(findContainerSocket({ run })).toBe(join(run, 'podman/podman.sock'));
});

test('more control groups than are looked through are told', () => {
  const told: number[] = [];
  for (let at = 0; at < 4001; at++) mkdirSync(join(folder, `many/slice${at}`), { recursive: true });
  findContainerGroups(join(folder, 'many'), (limit) => told.push(limit));
  expect(told).toEqual([4000]);
});

test('without a socket the id is the name', async () => {
  const collector = createContainersCollector({ proc: '', sys: folder }, { find: () => undefined, ask: askContainers });
  const { rows, problems } = await run(collector, 0);
  expect(Object.keys(rows).sort()).toEqual(['4f2d1c9ab37e', 'aa11bb22cc33', 'bb22cc33dd44', 'cc33dd44ee55', 'web']);
  expect(problems).toEqual([]);
});

test.each<[string, () => Promise<string>, string]>([
  ['is silent', () => serve(undefined), 'no answer within 1000 ms'],
  ['refuses', () => serve('{}', 500), 'status 500'],
  ['answers something else', () => serve('hello'), 'no list of containers'],
  ['answers without end', () => serve('x'.repeat(5_000_000)), 'more than 4194304 bytes'],
  ['is gone', async () => join(folder, 'none.sock'), 'ENOENT'],
])('a socket that %s costs the names only', async (_, make, words) => {
  const socket = await make();
  const collector = createContainersCollector({ proc: '', sys: folder }, { find: () => socket, ask: askContainers });
  const { rows, problems } = await run(collector, 0);
  expect(rows['4f2d1c9ab37e']).toMatchObject({ pids: 21 });
  expect(problems).toEqual([expect.stringContaining(words)]);
});

test('a host without containers has nothing to read; control groups of version 1 are named', async () => {
  rmSync(join(folder, 'fs/cgroup'), { recursive: true });
  cpSync(join(FIXTURES, 'sys-cgroup2/fs/cgroup/cgroup.controllers'), join(folder, 'fs/cgroup/cgroup.controllers'));
  const roots = { proc: '', sys: folder, run: join(folder, 'run') };
  const collector = createContainersCollector(roots);
  await expect(run(collector, 0)).rejects.toMatchObject({ code: 'not_found', message: 'no container runs here' });
  rmSync(join(folder, 'fs/cgroup/cgroup.controllers'));
  await expect(run(collector, 1)).rejects.toMatchObject({ code: 'not_found' });
  cpSync(join(FIXTURES, 'sys-cgroup2/fs/cgroup/docker'), join(folder, 'fs/cgroup/memory'), { recursive: true });
  await expect(run(collector, 2)).rejects.toMatchObject({ code: 'not_found' });
  mkdirSync(join(folder, 'run/containerd/containerd.sock'), { recursive: true });
  await expect(run(collector, 3)).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('lists: a name is made of the id where there is none, what has no id is left out', () => {
  expect(parseContainerList(`[{"Id":"${SHOP_DB}","Names":null},{"Names":["/x"]},null]`)).toEqual([
    { id: SHOP_DB, name: '4f2d1c9ab37e', image: '', state: '', healthy: undefined },
  ]);
  expect(findContainerSocket({ run: folder })).toBeUndefined();
});
