// The portable measurements over answers in the shape that systeminformation gives on a Mac and on Windows, and over the real library here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Collector } from '../host/collector.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { COLLECTOR_NAMES, createCollectors } from './catalog.ts';
import { PORTABLE_COLLECTORS } from './portable-collectors.ts';
import { createHostSource, type PortableSource } from './portable-source.ts';

const COMMANDS = fileURLToPath(new URL('../../test/fixtures/commands/', import.meta.url));
const SELF = () => ({ tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 });
const ROOTS = { proc: '/proc', sys: '/sys' };

interface Staged {
  source: PortableSource;
  /** The answers, to be changed between two ticks. */
  answers: Record<string, unknown>;
  idle: { ms: number };
}

function stage(name: 'mac' | 'windows'): Staged {
  const answers = JSON.parse(readFileSync(`${COMMANDS}systeminformation-${name}.json`, 'utf8')) as Staged['answers'];
  const idle = { ms: 8000 };
  const source: PortableSource = {
    platform: name === 'mac' ? 'darwin' : 'win32',
    cpuTimes: () => [
      { user: 1000, nice: 0, sys: 500, idle: 8000, irq: 0 },
      { user: 1000, nice: 0, sys: 500, idle: idle.ms, irq: 0 },
    ],
    loadAverages: () => [2.5, 2, 1.5],
    uptimeSeconds: () => 86_400,
    memory: async () => answers['mem'] as never,
    filesystems: async () => answers['fsSize'] as never,
    diskBytes: async () => answers['fsStats'] as never,
    diskRequests: async () => answers['disksIO'] as never,
    networks: async () => answers['networkStats'] as never,
    processes: async () => answers['processes'] as never,
    temperature: async () => answers['cpuTemperature'] as never,
    battery: async () => answers['battery'] as never,
  };
  return { source, answers, idle };
}

type Rows = Record<string, Record<string, number>>;

async function run(collector: Collector, ms: number): Promise<Rows> {
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15 + ms * 1000);
  await collector.collect(builder, { timeUs: 1e15 + ms * 1000, monotonicMs: ms });
  const frame = builder.take();
  const count = frame?.timeUs.length ?? 0;
  return Object.fromEntries(
    Array.from({ length: count }, (_, row) => [
      frame?.series[frame.seriesIndex[row] as number]?.join(' ') ?? '',
      Object.fromEntries(
        collector.fields
          .map((field, column) => [field, frame?.values[column * count + row] as number] as const)
          .filter(([, value]) => !Number.isNaN(value)),
      ),
    ]),
  );
}

function create(source: PortableSource, name: string): Collector {
  return (PORTABLE_COLLECTORS[name] as (source: PortableSource) => Collector)(source);
}

test('every measurement has the name, the tags and the fields that it has on Linux', () => {
  const linux = new Map(createCollectors(() => true, ROOTS, SELF, 'linux').map((one) => [one.measurement, one]));
  const { source } = stage('mac');
  for (const [name, make] of Object.entries(PORTABLE_COLLECTORS)) {
    const { measurement, tags, fields } = make(source);
    expect(measurement).toBe(name);
    expect(COLLECTOR_NAMES).toContain(name);
    expect(tags).toEqual(linux.get(name)?.tags);
    expect(linux.get(name)?.fields).toEqual(expect.arrayContaining([...fields]));
  }
  const onMac = createCollectors(() => true, ROOTS, SELF, 'darwin').map(({ measurement }) => measurement);
  expect(onMac).toEqual([...Object.keys(PORTABLE_COLLECTORS), 'agent']);
});

test('a Mac: what is there now', async () => {
  const { source } = stage('mac');
  expect((await run(create(source, 'memory'), 0))['']).toEqual({
    total: 17_179_869_184,
    used: 9_874_124_800,
    available: 7_305_744_384,
    free: 312_098_816,
    buffers: 0,
    cached: 5_811_404_800,
    used_percent: (9_874_124_800 / 17_179_869_184) * 100,
  });
  expect((await run(create(source, 'swap'), 0))['']).toMatchObject({ used: 536_870_912, used_percent: 25 });
  expect((await run(create(source, 'load'), 0))['']).toEqual({ load1: 2.5, load5: 2, load15: 1.5 });
  expect((await run(create(source, 'uptime'), 0))['']).toEqual({ uptime_seconds: 86_400, boot_time_seconds: 999_913_600 });
  const filesystems = await run(create(source, 'filesystem'), 0);
  expect(filesystems['/System/Volumes/Data /dev/disk3s5 APFS']).toMatchObject({ free: 2e11, used_percent: 60 });
  expect((await run(create(source, 'processes'), 0))['']).toMatchObject({ total: 512, sleeping: 509 });
  const battery = { charge_percent: 80, health_percent: 90, volts: 11.9, cycles: 212, charging: 0 };
  expect(await run(create(source, 'battery'), 0)).toEqual({ BAT0: battery });
  await expect(run(create(source, 'temperature'), 0)).rejects.toMatchObject({ code: 'not_found' });
});

test('a Mac: rates between two readings', async () => {
  const { source, answers, idle } = stage('mac');
  const collectors = ['cpu', 'network', 'disk_io'].map((name) => create(source, name));
  for (const collector of collectors) expect(await run(collector, 0)).toEqual({});
  idle.ms += 1000;
  Object.assign((answers['networkStats'] as object[])[1] as object, { rx_bytes: 5_000_100_000, rx_dropped: 23 });
  Object.assign(answers['fsStats'] as object, { rx: 120_000_040_960 });
  Object.assign(answers['disksIO'] as object, { wIO: 1 });
  const [cpu, network, disk] = await Promise.all(collectors.map((collector) => run(collector, 10_000)));
  // The first one did nothing at all, not even idle: it was asleep.
  const atRest = { busy: 0, user: 0, system: 0, nice: 0, idle: 100, irq: 0 };
  expect(cpu).toEqual({ total: atRest, 1: atRest });
  expect(Object.keys(network as Rows)).toEqual(['lo0', 'en0']);
  expect(network?.['en0']).toMatchObject({ rx_bytes_per_second: 10_000, rx_dropped_per_second: 2, tx_bytes_per_second: 0 });
  expect(disk).toEqual({ all: { read_bytes_per_second: 4096, write_bytes_per_second: 0, reads_per_second: 0 } });
});

test('Windows: what it has, and what it does not have is no fault', async () => {
  const { source } = stage('windows');
  expect((await run(create(source, 'memory'), 0))['']).toMatchObject({ used: 14_287_910_912, available: 20e9 });
  expect(await run(create(source, 'filesystem'), 0)).toEqual({
    'C: C: NTFS': { total: 1e12, used: 2.5e11, free: 7.5e11, used_percent: 25 },
  });
  expect(await run(create(source, 'temperature'), 0)).toEqual({ CPU: { celsius: 47.05 } });
  for (const name of ['load', 'disk_io', 'battery']) {
    await expect((async () => run(create(source, name), 0))()).rejects.toMatchObject({ code: 'not_found' });
  }
  // PowerShell is not started more than once a minute.
  for (const name of ['memory', 'swap', 'network', 'processes', 'filesystem']) expect(create(source, name).intervalMs).toBe(60_000);
});

test('the real library on this machine agrees with what Linux’s own collectors read', async () => {
  const source = createHostSource();
  const own = new Map(createCollectors(() => true, ROOTS, SELF, 'linux').map((one) => [one.measurement, one]));
  const [portable, linux] = await Promise.all(
    [create(source, 'memory'), own.get('memory') as Collector].map(async (collector) => (await run(collector, 0))['']),
  );
  expect(portable?.['total']).toBe(linux?.['total']);
  // Other programs take and give back memory meanwhile.
  expect(Math.abs((portable?.['available'] as number) - (linux?.['available'] as number))).toBeLessThan(512 * 1024 * 1024);
  const root = Object.entries(await run(create(source, 'filesystem'), 0)).find(([tags]) => tags.startsWith('/ '));
  const ownRoot = Object.entries(await run(own.get('filesystem') as Collector, 0)).find(([tags]) => tags.startsWith('/ '));
  expect(root?.[0]).toBe(ownRoot?.[0]);
  expect(Math.abs((root?.[1]['used_percent'] as number) - (ownRoot?.[1]['used_percent'] as number))).toBeLessThan(1);
  const network = create(source, 'network');
  await run(network, 0);
  expect(Object.keys(await run(network, 1000))).toContain('lo');
  for (const name of ['uptime', 'load', 'swap', 'processes', 'disk_io']) {
    const collector = create(source, name);
    await run(collector, 0);
    const rows = await run(collector, 1000);
    expect(Object.keys(rows), name).toHaveLength(1);
    expect(Object.keys(Object.values(rows)[0] ?? {}), name).toEqual(collector.fields);
  }
}, 20_000);
