import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunTool, runTool } from '../host/host-tool.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createGpuCollector } from './gpu.ts';
import { parseNvidiaSmi } from './gpu-nvidia.ts';
import { GPU_FIELDS } from './gpu-row.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
const CSV = readFileSync(`${FIXTURES}commands/nvidia-smi.csv`, 'utf8');
/** Programs that answer as the real ones do. */
const TOOLS = `${FIXTURES}tools`;
let sys: string;

beforeEach(() => {
  sys = mkdtempSync(join(tmpdir(), 'muster-gpu-'));
});
afterEach(() => rmSync(sys, { recursive: true }));

const answer =
  (stdout: string, exitCode = 0): RunTool =>
  async () => ({ stdout, exitCode });

async function collect(run: RunTool, tools: string) {
  const collector = createGpuCollector({ proc: '', sys, tools }, run);
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15);
  await collector.collect(builder, { timeUs: 1e15, monotonicMs: 1 });
  const frame = builder.take();
  const count = frame?.timeUs.length ?? 0;
  const rows = Array.from({ length: count }, (_, row) => [
    frame?.series[row]?.join(' '),
    Object.fromEntries(
      GPU_FIELDS.map((field, column) => [field, frame?.values[column * count + row] as number] as const).filter(
        ([, value]) => !Number.isNaN(value),
      ),
    ),
  ]);
  return { rows: Object.fromEntries(rows), problems: builder.problems };
}

test('nvidia-smi: megabytes become bytes, what a card does not have is absent', async () => {
  const { rows } = await collect(answer(CSV), TOOLS);
  expect(rows['0 NVIDIA GeForce RTX 3080']).toEqual({
    utilization_percent: 37,
    memory_utilization_percent: 12,
    memory_total_bytes: 10_737_418_240,
    memory_used_bytes: 2_684_354_560,
    memory_used_percent: 25,
    temperature_celsius: 61,
    power_watts: 187.42,
    power_limit_watts: 320,
    fan_percent: 45,
    clock_mhz: 1710,
    memory_clock_mhz: 9501,
  });
  expect(rows['1 Tesla T4']).toMatchObject({ utilization_percent: 0, ecc_errors: 0 });
  expect(rows['1 Tesla T4']).not.toHaveProperty('fan_percent');
  expect(parseNvidiaSmi('No devices were found\n\n')).toEqual([]);
});

test('over a program that answers as nvidia-smi does', async () => {
  expect(Object.keys((await collect(runTool, TOOLS)).rows)).toEqual(['0 NVIDIA GeForce RTX 3080', '1 Tesla T4']);
});

test('AMD from sysfs, other cards and connectors left out', async () => {
  cpSync(`${FIXTURES}sys-amdgpu`, sys, { recursive: true });
  expect((await collect(answer(''), '/nowhere')).rows).toEqual({
    'card1 AMD 0x73bf': {
      utilization_percent: 64,
      memory_utilization_percent: 20,
      memory_total_bytes: 17_163_091_968,
      memory_used_bytes: 4_290_772_992,
      memory_used_percent: 25,
      temperature_celsius: 58,
      power_watts: 143,
      power_limit_watts: 255,
      fan_percent: 40,
      clock_mhz: 2310,
      memory_clock_mhz: 1000,
    },
  });
});

test('a card that sleeps is not woken', async () => {
  cpSync(`${FIXTURES}sys-amdgpu`, sys, { recursive: true });
  writeFileSync(join(sys, 'class/drm/card1/device/power/runtime_status'), 'suspended\n');
  mkdirSync(join(sys, 'bus/pci/drivers/nvidia/0000:01:00.0/power'), { recursive: true });
  writeFileSync(join(sys, 'bus/pci/drivers/nvidia/0000:01:00.0/power/runtime_status'), 'suspended\n');
  const never: RunTool = async () => {
    throw new Error('was asked');
  };
  expect(await collect(never, TOOLS)).toEqual({ rows: {}, problems: [] });
});

test('no GPU is no fault; a driver without its tool and a tool that fails are told, beside AMD’s values', async () => {
  await expect(collect(answer(''), '/nowhere')).rejects.toMatchObject({ code: 'not_found' });
  mkdirSync(join(sys, 'module/nvidia'), { recursive: true });
  await expect(collect(answer(''), '/nowhere')).rejects.toMatchObject({ code: 'missing_runtime' });
  const failed = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n";
  await expect(collect(answer(failed, 9), TOOLS)).rejects.toThrow(`code 9: ${failed.trim()}`);
  cpSync(`${FIXTURES}sys-amdgpu`, sys, { recursive: true });
  const { rows, problems } = await collect(answer(failed, 9), TOOLS);
  expect([Object.keys(rows), problems]).toEqual([['card1 AMD 0x73bf'], [expect.stringContaining('code 9')]]);
});

test('one of several that is lost costs itself alone, and its words are told', async () => {
  const lost = 'Unable to determine the device handle for GPU1: 0000:86:00.0: Unknown Error\n';
  const { rows, problems } = await collect(answer(CSV + lost, 15), TOOLS);
  expect(Object.keys(rows)).toEqual(['0 NVIDIA GeForce RTX 3080', '1 Tesla T4']);
  expect(problems).toEqual([`nvidia-smi ended with code 15: ${lost.trim()}`]);
  expect((await collect(answer(lost + CSV, 0), TOOLS)).problems, 'with exit code 0 too').toEqual([expect.stringContaining('GPU1')]);
});

test('the tool without a driver is no fault', async () => {
  await expect(collect(answer('No devices were found\n', 6), TOOLS)).rejects.toMatchObject({ code: 'not_found' });
});

test('of two cards the one that sleeps is not asked for', async () => {
  for (const [address, status] of [
    ['0000:01:00.0', 'suspended'],
    ['0000:02:00.0', 'active'],
  ] as const) {
    mkdirSync(join(sys, `bus/pci/drivers/nvidia/${address}/power`), { recursive: true });
    writeFileSync(join(sys, `bus/pci/drivers/nvidia/${address}/power/runtime_status`), `${status}\n`);
  }
  let asked: readonly string[] = [];
  const run: RunTool = async (_, args) => {
    asked = args;
    return { stdout: CSV.split('\n')[1] as string, exitCode: 0 };
  };
  expect(Object.keys((await collect(run, TOOLS)).rows)).toEqual(['1 Tesla T4']);
  expect(asked).toContain('--id=0000:02:00.0');
});

test('what cannot be of an AMD card is absent', async () => {
  cpSync(`${FIXTURES}sys-amdgpu`, sys, { recursive: true });
  const device = join(sys, 'class/drm/card1/device');
  const [hwmon] = readdirSync(join(device, 'hwmon'));
  writeFileSync(join(device, `hwmon/${hwmon}/temp1_input`), '511000\n');
  writeFileSync(join(device, 'mem_info_vram_total'), '0\n');
  const row = Object.values((await collect(answer(''), '/nowhere')).rows)[0];
  expect(row).not.toHaveProperty('temperature_celsius');
  expect(row).not.toHaveProperty('memory_used_percent');
});
