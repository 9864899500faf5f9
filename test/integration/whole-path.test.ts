// What a newcomer does: start it, look at this machine, ask by every door, end it.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMark } from '../../cli/process/process-info.ts';
import type { PartRecord } from '../../cli/state/up-record.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import type { ListNodesResponse, VerifyResponse } from '../../proto/gen/messages.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { type Run, runMuster, runProgram } from '../harness/program.ts';
import { telemetryTables } from '../harness/stored-rows.ts';
import { until } from '../harness/until.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await startPipeline({ agent: true });
});
afterAll(() => pipeline?.stop());

async function grpcurl(...args: string[]): Promise<Run> {
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  const token = readFileSync(tokenFile, 'utf8').trim();
  const [options, call] = [args.slice(0, -1), args.at(-1) ?? ''];
  return runProgram(await resolveRuntime('grpcurl'), [
    '-cacert',
    caFile,
    '-H',
    `authorization: Bearer ${token}`,
    ...options,
    gateway,
    ...call.split(' '),
  ]);
}

it('tells every part and address, and files only for their owner', async () => {
  const { code, stdout } = await pipeline.muster('status', '--json');
  const status = JSON.parse(stdout) as ReturnType<Pipeline['record']> & { parts: { rssBytes: number }[] };
  expect(code).toBe(0);
  expect(status.ready).toBe(true);
  expect(status.parts.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'nats running',
    'questdb running',
    'etl running',
    'gateway running',
    'agent running',
    'console-web running',
  ]);
  for (const part of status.parts) expect(part.rssBytes, part.name).toBeGreaterThan(5_000_000);
  expect(status.addresses.webConsole).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/);
  const secrets = readdirSync(join(pipeline.home, 'secrets')).map((name) => join(pipeline.home, 'secrets', name));
  for (const file of [...secrets, join(pipeline.home, 'ca', 'fleet-ca.key'), join(pipeline.home, 'questdb', 'conf', 'server.conf')]) {
    expect((statSync(file).mode & 0o777).toString(8), file).toBe('600');
  }
  expect(statSync(pipeline.home).mode & 0o777).toBe(0o700);
});

it('shows samples of this machine in at least ten tables', async () => {
  const tables = await until('ten tables', async () => {
    const found = await telemetryTables(pipeline);
    return found.length >= 10 ? found : undefined;
  });
  for (const table of tables) {
    const rows = await until(`rows in ${table}`, async () => {
      const { code, stdout, stderr } = await pipeline.muster('query', `select * from "${table}" limit -3`, '--json');
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const found = JSON.parse(stdout) as Record<string, unknown>[];
      return found.length > 0 ? found : undefined;
    });
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(['timestamp', 'node_id']));
  }
});

it('answers the query as a table, as CSV and with the reason why it refuses', async () => {
  const sql = "select 'a,b' as text, 1.5 as number";
  expect((await pipeline.muster('query', sql)).stdout).toBe('text  number\na,b      1.5\n');
  expect((await pipeline.muster('query', sql, '--csv')).stdout).toBe('text,number\r\n"a,b",1.5\r\n');
  const refused = await pipeline.muster('query', 'drop table cpu');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^muster: .*DROP is not allowed: queries only read/);
});

it('lists this machine as live', async () => {
  const { nodes } = await until('a live node', async () => {
    const answer = JSON.parse((await pipeline.muster('nodes', '--json')).stdout) as ListNodesResponse;
    return answer.nodes[0]?.state === 'NODE_STATE_LIVE' ? answer : undefined;
  });
  expect(nodes).toHaveLength(1);
  expect(nodes[0]?.summary?.memoryPercent).toBeGreaterThan(0);
  const { stdout } = await pipeline.muster('top');
  expect(stdout).toContain(nodes[0]?.nodeId);
});

it('can be listed, described and called with grpcurl', async () => {
  const listed = await grpcurl('list');
  expect(listed.stdout).toContain('muster.v1.FleetService');
  expect(listed.stdout).toContain('muster.v1.AgentService');
  expect((await grpcurl('describe muster.v1.FleetService.Query')).stdout).toContain('One read-only SELECT, answered in frames.');
  const called = await grpcurl('muster.v1.FleetService/ListNodes');
  expect(called, called.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(called.stdout)).toMatchObject({ nodes: [{ state: 'NODE_STATE_LIVE' }] });
});

it('gives a node labels without splitting its series, and settings without a restart, by command and by grpcurl', async () => {
  const { pid } = pipeline.part('agent');
  const count = async (sql: string): Promise<number> => Number((await pipeline.sql(`select count() from (${sql})`))[0]?.[0]);
  const series = await count('select distinct node_id, cpu from cpu');
  const rows = await count('cpu');
  const { nodes } = await pipeline.client.call('listNodes', { filter: '' });
  const node = nodes[0]?.nodeId ?? '';
  const labelled = await pipeline.muster('nodes', 'label', node, 'region=gh-test', 'city=Accra', 'latitude=5.6');
  expect(labelled.stdout, labelled.stderr).toContain('region=gh-test\n');
  expect((await pipeline.muster('nodes', 'label', node, 'latitude=91')).stderr).toContain('label latitude is "91": degrees from -90 to 90');
  const inRegion = await until('the view has the region for all rows, the old ones too', async () => {
    const found = await pipeline.sql('select region, count() from cpu_nodes group by region');
    return found.length === 1 && found[0]?.[0] === 'gh-test' ? Number(found[0][1]) : undefined;
  });
  expect(inRegion).toBeGreaterThanOrEqual(rows);
  expect(await count('select distinct node_id, cpu from cpu')).toBe(series);
  const taken = await grpcurl('-d', JSON.stringify({ node, remove: ['city'] }), 'muster.v1.FleetService/SetNodeLabels');
  expect(JSON.parse(taken.stdout)).toMatchObject({ info: { labels: { region: 'gh-test', latitude: '5.6' } } });

  const file = join(pipeline.home, 'base.yaml');
  writeFileSync(file, 'interval: 500ms\n');
  expect((await pipeline.muster('config', 'check', file, '--filter', 'region:gh-test')).stdout).toContain('it would be for 1 machine');
  const put = await pipeline.muster('config', 'put', 'base', file, '--filter', 'region:gh-test');
  expect(put, put.stderr).toMatchObject({ code: 0 });
  await until('it is applied', async () => (await pipeline.client.call('listConfigs', {})).configs[0]?.applied === 1);
  expect(JSON.parse((await grpcurl('muster.v1.FleetService/ListConfigs')).stdout)).toMatchObject({
    configs: [{ name: 'base', applied: 1 }],
  });
  expect((await pipeline.muster('config', 'list')).stdout).toMatch(/base +1 +region:gh-test +100 % +1 +0 +1 +0 +0/);
  expect((await pipeline.muster('config', 'show', 'base')).stdout).toBe('interval: 500ms\n');
  await until('the interval is known', async () => (await pipeline.client.call('getNode', { node })).intervalMs === 500);
  expect((await pipeline.muster('config', 'delete', 'base')).code).toBe(0);
  await until('its own file again', async () => (await pipeline.client.call('getNode', { node })).config?.version === 0);
  expect(pipeline.part('agent').pid).toBe(pid);
});

it('refuses a second start on the same folder, naming the process', async () => {
  const second = await runMuster(pipeline.arguments);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toBe(
    `muster: state folder ${pipeline.home} is in use by process ${pipeline.pid}: end that one or choose another with --home\n`,
  );
});

it('names the option to change where a port is busy', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as { port: number }).port;
  const run = await runMuster(['up', '--headless', '--home', join(pipeline.home, 'other'), '--port', String(port)]);
  expect(run.code).toBe(1);
  expect(run.stderr).toBe(`muster: port ${port} is in use by another program: choose another with --port\n`);
  await new Promise((resolve) => server.close(resolve));
});

it('verifies, and on Ctrl-C leaves no process', async () => {
  const verified = await pipeline.muster('verify', '--wait', '60', '--json');
  expect(JSON.parse(verified.stdout) as VerifyResponse).toMatchObject({ lost: 0, doubled: 0, missingRows: 0 });
  expect(verified.code, verified.stderr).toBe(0);
  const stranger = await pipeline.muster('verify', '--node', 'no-such-node');
  expect(stranger).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('there is no node "no-such-node"') });
  const { parts, pid } = pipeline.record();
  process.kill(pid, 'SIGINT');
  await until('the supervisor is gone', () => startMark(pid) === undefined);
  expect(running(parts)).toEqual([]);
  expect(existsSync(join(pipeline.home, 'run', 'up.lock'))).toBe(false);
  expect(await pipeline.muster('status')).toMatchObject({ code: 69 });
  expect(await pipeline.muster('down')).toMatchObject({ code: 0, stdout: `nothing runs (${pipeline.home})\n` });
});

it('ends by `muster down`, also what a killed one left', async () => {
  const ALL = 'nats, questdb, etl, gateway, agent, console-web';
  const home = join(pipeline.home, 'another');
  const first = await startPipeline({ home, agent: true });
  const { parts } = first.record();
  expect(await first.muster('down')).toMatchObject({ code: 0, stdout: `ended (${home}): ${ALL}\n` });
  expect(running(parts)).toEqual([]);
  expect(startMark(first.pid)).toBeUndefined();

  const second = await startPipeline({ home, agent: true });
  const left = second.record().parts;
  // The others notice that their supervisor is gone, and may have ended before.
  process.kill(second.part('questdb').pid, 'SIGSTOP');
  process.kill(second.pid, 'SIGKILL');
  await until('the supervisor is gone', () => startMark(second.pid) === undefined);
  const { code, stdout } = await second.muster('down', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ home, ended: true, parts: expect.arrayContaining(['questdb']) });
  await until('all are gone', () => running(left).length === 0);
  for (const pipeline of [first, second]) await pipeline.stop();
});

/** Which of these processes still are. */
function running(parts: readonly PartRecord[]): string[] {
  return parts.filter((part) => startMark(part.pid) === part.startMark).map(({ name }) => name);
}
