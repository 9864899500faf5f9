// The probe scenario and the smoke check on a whole pipeline, as an operator runs them; and the parts' own samples.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScenarioResult } from '../../cli/scenario/run-scenario.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';

const SECONDS = 6;
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline({ env: { MUSTER_GATEWAY_OWN_SAMPLES_SECONDS: '1' } });
});
afterAll(() => pipeline?.stop());

it.each(['grpc', 'push'])('stores every sample of the probes by %s, and tells how soon', async (via) => {
  const { code, stdout, stderr } = await pipeline.muster(
    'simulate',
    '--scenario',
    'probes',
    '--via',
    via,
    '--seconds',
    String(SECONDS),
    '--json',
  );
  expect([code, stderr]).toEqual([0, '']);
  const result = JSON.parse(stdout) as ScenarioResult;
  expect(result).toMatchObject({ expected: 5 * SECONDS, stored: 5 * SECONDS, missing: [], problems: [] });
  // The parts' own samples go the same way, one each second: those of the last seconds may be under way, and the scenario's are not.
  expect(result.queue?.pendingMessages).toBeLessThan(SECONDS);
  expect(result.sampleToQueryableMs?.p99).toBeGreaterThan(0);
  expect(result.sampleToQueryableMs?.p99).toBeLessThan(10_000);
  expect(result.parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['nats', 'questdb', 'gateway', 'etl']));
  for (const { rssBytes } of result.parts) expect(rssBytes).toBeGreaterThan(1e6);
});

it('leaves no probe running when it is killed itself', async () => {
  const own = (): string[] =>
    readdirSync('/proc').filter((pid) => {
      try {
        return (
          /^\d+$/.test(pid) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--state-dir=${join(pipeline.home, 'simulate-probes')}`)
        );
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
  const args = [builtProgram('muster'), 'simulate', '--scenario', 'probes', '--seconds', '60', '--json', '--home', pipeline.home];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until('the probes', () => own().length === 1);
  child.kill('SIGKILL');
  await ended;
  await until('the end of the probes', () => own().length === 0);
});

it('labels the probes with their places, however they come', async () => {
  const { nodes } = await pipeline.client.call('listNodes', { filter: 'region:ng-lagos' });
  expect(nodes.map(({ info }) => info?.name).sort()).toEqual(['probe-lagos', 'push-lagos']);
  for (const { info } of nodes) expect(info?.labels).toMatchObject({ country: 'ng', latitude: '6.52', longitude: '3.38' });
});

it('finds every door well', async () => {
  const { code, stdout } = await pipeline.muster('smoke', '--json');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { check: string; ok: boolean; detail: string }[] };
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect([code, ok]).toEqual([0, true]);
  expect(checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['gRPC health', 'push', 'import', 'verify', 'console']));
});

it("has the parts' own samples in the store, and tells what is left of its disk", async () => {
  const parts = await until('both parts', async () => {
    const rows = await pipeline.sql('select distinct part, node_id from muster_part order by part');
    return rows.length === 2 && rows;
  });
  expect(parts).toEqual([
    ['etl', 'muster-etl'],
    ['gateway', 'muster-gateway-1'],
  ]);
  const [row] = await pipeline.sql('select min(rss_bytes), max(cpu_percent), min(event_loop_max_ms) from muster_part');
  expect(Number(row?.[0])).toBeGreaterThan(1e7);
  const { diskFreeBytes, diskBytes, lagRows } = await until('the disk', async () => {
    const status = await pipeline.client.call('getPipelineStatus', {});
    return status.diskBytes !== undefined && status;
  });
  expect(diskFreeBytes).toBeLessThanOrEqual(diskBytes ?? 0);
  expect(lagRows).toBeGreaterThanOrEqual(0);
});
