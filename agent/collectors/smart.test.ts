import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RunTool } from '../host/host-tool.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createSmartCollector } from './smart.ts';
import { findDrives } from './smart-drives.ts';
import { parseSmart, SMART_FIELDS } from './smart-report.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
const SYS = `${FIXTURES}sys-drives`;
/** Programs that answer as the real ones do. */
const TOOLS = `${FIXTURES}tools`;

function recorded(name: string): string {
  return readFileSync(`${FIXTURES}commands/smartctl-${name}.json`, 'utf8');
}

/** What a drive says of itself, without what it does not say. */
function valuesOf(name: string): Record<string, number> {
  const outcome = parseSmart(recorded(name));
  if (outcome.kind !== 'report') throw new Error(`${name} gives ${outcome.kind}`);
  const { values } = outcome.report;
  expect(values).toHaveLength(SMART_FIELDS.length);
  return Object.fromEntries(
    SMART_FIELDS.map((field, at) => [field, values[at] as number] as const).filter(([, value]) => !Number.isNaN(value)),
  );
}

test('a SATA disk', () => {
  expect(valuesOf('sata')).toEqual({
    passed: 1,
    temperature_celsius: 32,
    power_on_hours: 28_801,
    power_cycles: 57,
    reallocated_sectors: 0,
    pending_sectors: 0,
    uncorrectable_errors: 0,
    crc_errors: 2,
    unsafe_shutdowns: 33,
    failing_attributes: 0,
  });
});

test('a SATA SSD: wear and data written', () => {
  expect(valuesOf('ssd')).toMatchObject({ passed: 1, wear_percent: 7, written_bytes_total: 10_935_822_505 * 512 });
});

test('an NVMe drive', () => {
  expect(valuesOf('nvme')).toEqual({
    passed: 1,
    temperature_celsius: 38,
    power_on_hours: 10_147,
    power_cycles: 8,
    wear_percent: 3,
    spare_percent: 100,
    uncorrectable_errors: 0,
    unsafe_shutdowns: 5,
    critical_warning: 0,
    written_bytes_total: 10_029_000 * 512_000,
    read_bytes_total: 4_932_757 * 512_000,
  });
});

test('a disk that fails, whatever the exit code', () => {
  expect(valuesOf('failing')).toMatchObject({
    passed: 0,
    reallocated_sectors: 1975,
    pending_sectors: 216,
    uncorrectable_errors: 190,
    failing_attributes: 1,
  });
});

test('a SAS disk', () => {
  expect(valuesOf('sas')).toEqual({
    passed: 1,
    temperature_celsius: 34,
    power_on_hours: 43_549,
    reallocated_sectors: 56,
    uncorrectable_errors: 3,
  });
});

test('no values: without SMART, asleep, not for this user, no JSON', () => {
  expect(parseSmart(recorded('usb'))).toEqual({ kind: 'unsupported' });
  expect(parseSmart(recorded('virtual'))).toEqual({ kind: 'unsupported' });
  expect(parseSmart(recorded('asleep'))).toEqual({ kind: 'asleep' });
  expect(parseSmart(recorded('denied'))).toMatchObject({ kind: 'denied' });
  for (const text of ['', '=======> UNRECOGNIZED OPTION: json=c', 'null', '[']) {
    expect(parseSmart(text)).toMatchObject({ kind: 'failed', words: expect.stringContaining('version 7 of smartmontools') });
  }
});

test('drives are those of the machine itself, NVMe by its controller', () => {
  expect(findDrives(SYS)).toEqual(['/dev/nvme0', '/dev/sda', '/dev/sdb', '/dev/sdc', '/dev/sdd']);
  expect(findDrives('/nowhere')).toEqual([]);
});

async function collect(answers: Record<string, string>, sys = SYS) {
  const asked: string[] = [];
  const run: RunTool = async (path, args) => {
    asked.push([path, ...args].join(' '));
    const stdout = answers[args.at(-1) as string];
    if (stdout === undefined) throw new Error('gave no answer within 20 s');
    return { stdout, exitCode: 0 };
  };
  const collector = createSmartCollector({ proc: '', sys, tools: TOOLS }, run);
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15);
  await collector.collect(builder, { timeUs: 1e15, monotonicMs: 1 });
  return { asked, problems: builder.problems, series: builder.take()?.series };
}

test('each drive is asked once and without waking it; one that fails to answer is named', async () => {
  const { asked, problems, series } = await collect({
    '/dev/nvme0': recorded('nvme'),
    '/dev/sda': recorded('sata'),
    '/dev/sdb': recorded('asleep'),
    '/dev/sdd': recorded('usb'),
  });
  expect(asked).toHaveLength(5);
  expect(asked[0]).toBe(`${TOOLS}/smartctl --json=c --info --health --attributes --nocheck=standby /dev/nvme0`);
  expect(series).toEqual([
    ['nvme0', 'Example NVMe 1TB', 'NV0000000001'],
    ['sda', 'WDC WD40EFRX-68N32N0', 'WD-WCC7K0000001'],
  ]);
  expect(problems).toEqual(['/dev/sdc: gave no answer within 20 s']);
});

test('over a program that answers as smartctl does', async () => {
  const collector = createSmartCollector({ proc: '', sys: SYS, tools: TOOLS });
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15);
  await collector.collect(builder, { timeUs: 1e15, monotonicMs: 1 });
  const frame = builder.take();
  expect(builder.problems).toEqual([]);
  expect(frame?.series.map(([device]) => device)).toEqual(['nvme0', 'sda', 'sdb', 'sdc']);
  // The first field is whether it passed.
  expect([...(frame?.values.slice(0, 4) ?? [])]).toEqual([1, 1, 1, 0]);
});

test('what to do where nothing can be read, and what is no fault', async () => {
  const all = (name: string) => Object.fromEntries(findDrives(SYS).map((drive) => [drive, recorded(name)]));
  await expect(collect(all('denied'))).rejects.toMatchObject({
    code: 'permission_denied',
    message: expect.stringContaining('CAP_SYS_RAWIO'),
  });
  await expect(collect(all('usb'))).rejects.toMatchObject({ code: 'not_found' });
  await expect(collect({}, '/nowhere')).rejects.toMatchObject({ code: 'not_found' });
  expect((await collect(all('asleep'))).problems).toEqual([]);
  const collector = createSmartCollector({ proc: '', sys: SYS, tools: '/nowhere' });
  await expect(collector.collect(new FrameBuilder(collector), { timeUs: 0, monotonicMs: 0 })).rejects.toMatchObject({
    code: 'missing_runtime',
    message: expect.stringContaining('install smartmontools'),
  });
});
