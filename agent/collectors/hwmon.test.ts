import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createFanCollector } from './fan.ts';
import { parseReading } from './plausible-reading.ts';
import { createPowerCollector } from './power.ts';
import { SensorNames } from './sensor-names.ts';
import { createTemperatureCollector } from './temperature.ts';
import { createVoltageCollector } from './voltage.ts';

let roots: HostRoots;

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'muster-hwmon-'));
  roots = { proc: join(root, 'proc'), sys: join(root, 'sys') };
});
afterEach(() => rmSync(dirname(roots.sys), { recursive: true }));

/** Files below /sys/class/hwmon; a path that begins with a slash is one below /sys. */
function lay(files: Record<string, string | number | { link: string }>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = name.startsWith('/') ? join(roots.sys, name) : join(roots.sys, 'class/hwmon', name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'object') symlinkSync(content.link, path);
    else writeFileSync(path, `${content}\n`);
  }
}

/** An NVMe drive as the kernel shows it. */
function layDrive(chip: number, pci: string, serial: string, milliCelsius: number): void {
  const nvme = `/devices/pci0000:00/${pci}/nvme/nvme${chip}`;
  lay({
    [`${nvme}/serial`]: serial,
    [`${nvme}/hwmon${chip}/name`]: 'nvme',
    [`${nvme}/hwmon${chip}/temp1_input`]: milliCelsius,
    [`${nvme}/hwmon${chip}/temp1_label`]: 'Composite',
    [`${nvme}/hwmon${chip}/device`]: { link: `../../nvme${chip}` },
    [`hwmon${chip}`]: { link: `../..${nvme}/hwmon${chip}` },
  });
}

async function rowsAt(collector: Collector, ms: number): Promise<Record<string, number>> {
  const builder = new FrameBuilder(collector);
  builder.beginTick(ms * 1000);
  await collector.collect(builder, { timeUs: ms * 1000, monotonicMs: ms });
  const frame = builder.take();
  return Object.fromEntries(
    Array.from(frame?.seriesIndex ?? [], (series, row) => [frame?.series[series]?.[0] ?? '', frame?.values[row] as number]),
  );
}

test('a reading that its chip calls a fault is absent, of every kind', async () => {
  lay({
    'hwmon0/name': 'nct',
    ...{ 'hwmon0/temp1_input': 40_000, 'hwmon0/temp2_input': 127_000, 'hwmon0/temp2_fault': 1, 'hwmon0/temp3_input': 41_000 },
    ...{ 'hwmon0/temp3_fault': 0, 'hwmon0/fan1_input': 0, 'hwmon0/fan2_input': 0, 'hwmon0/fan2_fault': 1 },
    ...{ 'hwmon0/in0_input': 1200, 'hwmon0/in1_input': 900, 'hwmon0/in1_fault': 1 },
    ...{ 'hwmon0/power1_input': 5_000_000, 'hwmon0/power2_input': 7_000_000, 'hwmon0/power2_fault': 1 },
  });
  expect(await rowsAt(createTemperatureCollector(roots), 0)).toEqual({ 'nct temp1': 40, 'nct temp3': 41 });
  // A fan that stands still without a fault stands still.
  expect(await rowsAt(createFanCollector(roots), 0)).toEqual({ 'nct fan1': 0 });
  expect(await rowsAt(createVoltageCollector(roots), 0)).toEqual({ 'nct in0': 1.2 });
  expect(await rowsAt(createPowerCollector(roots), 0)).toEqual({ 'nct power1': 5 });
});

test('a fault that comes and goes is looked at each time', async () => {
  lay({ 'hwmon0/name': 'nct', 'hwmon0/temp1_input': 40_000, 'hwmon0/temp1_fault': 0 });
  const collector = createTemperatureCollector(roots);
  expect(await rowsAt(collector, 0)).toEqual({ 'nct temp1': 40 });
  lay({ 'hwmon0/temp1_fault': 1 });
  expect(await rowsAt(collector, 10_000)).toEqual({});
  lay({ 'hwmon0/temp1_fault': 0 });
  expect(await rowsAt(collector, 20_000)).toEqual({ 'nct temp1': 40 });
});

test('what cannot be is absent: by the unit, and by what the chip itself bears', async () => {
  const temperatures = [-128_000, -62_000, 255_000, 3_892_313_987, 4_294_967_295, -40_000, 104_000];
  lay({ 'hwmon0/name': 'a', ...Object.fromEntries(temperatures.map((value, index) => [`hwmon0/temp${index + 1}_input`, value])) });
  lay({
    'hwmon1/name': 'b',
    ...{ 'hwmon1/temp1_input': 160_000, 'hwmon1/temp1_crit': 100_000, 'hwmon1/temp2_input': 140_000, 'hwmon1/temp2_crit': 100_000 },
    // Firmware that calls 20 °C critical is wrong; no limit is none.
    ...{ 'hwmon1/temp3_input': 75_000, 'hwmon1/temp3_crit': 20_000, 'hwmon1/temp4_input': 75_000, 'hwmon1/temp4_crit': 0 },
    ...{
      'hwmon1/fan1_input': 65_535,
      'hwmon1/fan2_input': 12_000,
      'hwmon1/fan2_max': 3300,
      'hwmon1/fan3_input': 3200,
      'hwmon1/fan3_max': 3300,
    },
    ...{ 'hwmon1/in0_input': 12_100, 'hwmon1/in1_input': 2_147_483_647, 'hwmon1/in2_input': 230_000 },
    ...{ 'hwmon1/power1_input': 4_294_967_295, 'hwmon1/power2_input': 150_000_000, 'hwmon1/power3_input': 9e11 },
  });
  expect(await rowsAt(createTemperatureCollector(roots), 0)).toEqual({
    'a temp6': -40,
    'a temp7': 104,
    'b temp2': 140,
    'b temp3': 75,
    'b temp4': 75,
  });
  expect(await rowsAt(createFanCollector(roots), 0)).toEqual({ 'b fan3': 3200 });
  expect(await rowsAt(createVoltageCollector(roots), 0)).toEqual({ 'b in0': 12.1, 'b in2': 230 });
  expect(await rowsAt(createPowerCollector(roots), 0)).toEqual({ 'b power2': 150 });
});

test.each([
  ['-5000\n', -5000],
  ['12.5\n', Number.NaN],
  ['12abc\n', Number.NaN],
  ['\n', Number.NaN],
  ['', Number.NaN],
])('a reading is a whole number or none: %j', (text, value) => {
  expect(parseReading(Buffer.from(text))).toBe(value);
});

test('a channel with a momentary value and a mean counts once; one with a mean alone has that', async () => {
  lay({
    'hwmon0/name': 'amdgpu',
    ...{ 'hwmon0/power1_average': 31_000_000, 'hwmon0/power1_input': 30_000_000, 'hwmon0/power1_label': 'PPT' },
    ...{ 'hwmon1/name': 'power_meter', 'hwmon1/power1_average': 200_000_000, 'hwmon1/power1_average_interval': 1000 },
  });
  expect(await rowsAt(createPowerCollector(roots), 0)).toEqual({ 'amdgpu PPT': 30, 'power_meter power1': 200 });
});

test('old drivers keep their files with the device', async () => {
  lay({
    '/devices/platform/applesmc.768/name': 'applesmc',
    '/devices/platform/applesmc.768/temp1_input': 51_500,
    '/devices/platform/applesmc.768/temp1_label': 'TC0P',
    '/devices/platform/applesmc.768/fan1_input': 2000,
    '/devices/platform/applesmc.768/fan1_fault': 1,
    'hwmon0/device': { link: '../../../devices/platform/applesmc.768' },
  });
  expect(await rowsAt(createTemperatureCollector(roots), 0)).toEqual({ 'applesmc TC0P': 51.5 });
  expect(await rowsAt(createFanCollector(roots), 0)).toEqual({});
});

test('of two drives each keeps its name, whichever leaves and whatever number it gets', async () => {
  layDrive(0, '0000:01:00.0', 'S4EV NF0M', 40_000);
  layDrive(1, '0000:02:00.0', 'S4EVNF1N', 70_000);
  const collector = createTemperatureCollector(roots);
  const both = { 'nvme Composite S4EV NF0M': 40, 'nvme Composite S4EVNF1N': 70 };
  expect(await rowsAt(collector, 0)).toEqual(both);
  for (const path of ['class/hwmon/hwmon0', 'class/hwmon/hwmon1', 'devices']) rmSync(join(roots.sys, path), { recursive: true });
  layDrive(0, '0000:02:00.0', 'S4EVNF1N', 71_000);
  const alone = { 'nvme Composite S4EVNF1N': 71 };
  expect(await rowsAt(collector, 10_000), 'at the next look already').toEqual(alone);
  expect(await rowsAt(createTemperatureCollector(roots), 10_000), 'another sampler of the same host').toEqual(alone);
});

test('one drive alone has no number in its name, and a second does not take it', async () => {
  layDrive(0, '0000:01:00.0', 'AAA', 40_000);
  const collector = createTemperatureCollector(roots);
  expect(await rowsAt(collector, 0)).toEqual({ 'nvme Composite': 40 });
  layDrive(1, '0000:02:00.0', '', 70_000);
  expect(await rowsAt(collector, 10_000)).toEqual({ 'nvme Composite': 40, 'nvme Composite 0000:02:00.0': 70 });
  rmSync(join(roots.sys, 'class/hwmon/hwmon0'));
  expect(await rowsAt(collector, 20_000)).toEqual({ 'nvme Composite 0000:02:00.0': 70 });
});

test('chips of which nothing tells the device keep what they were called first', async () => {
  for (const chip of [0, 1]) lay({ [`hwmon${chip}/name`]: 'virtual', [`hwmon${chip}/temp1_input`]: 40_000 + chip });
  const collector = createTemperatureCollector(roots);
  expect(Object.keys(await rowsAt(collector, 0))).toEqual(['virtual temp1', 'virtual temp1 2']);
  rmSync(join(roots.sys, 'class/hwmon/hwmon0'), { recursive: true });
  expect(await rowsAt(collector, 10_000)).toEqual({ 'virtual temp1 2': 40.001 });
});

test('a device that sleeps, or hangs on one that does, is not read', async () => {
  const card = '/devices/pci0000:00/0000:03:00.0';
  lay({
    [`${card}/power/runtime_status`]: 'suspended',
    [`${card}/hwmon/hwmon5/name`]: 'amdgpu',
    [`${card}/hwmon/hwmon5/power/runtime_status`]: 'unsupported',
    [`${card}/hwmon/hwmon5/temp1_input`]: 38_000,
    [`${card}/hwmon/hwmon5/device`]: { link: '../../../0000:03:00.0' },
    hwmon5: { link: `../..${card}/hwmon/hwmon5` },
    'hwmon0/name': 'coretemp',
    'hwmon0/temp1_input': 40_000,
  });
  layDrive(6, '0000:03:00.0/0000:04:00.0', 'X', 50_000);
  const collector = createTemperatureCollector(roots);
  expect(await rowsAt(collector, 0)).toEqual({ 'coretemp temp1': 40 });
  lay({ [`${card}/power/runtime_status`]: 'active' });
  expect(await rowsAt(collector, 10_000)).toEqual({ 'coretemp temp1': 40, 'amdgpu temp1': 38, 'nvme Composite': 50 });
});

test('thermal zones are judged alike, by the trip point that switches the machine off', async () => {
  lay({
    ...{ '/class/thermal/thermal_zone0/type': 'cpu', '/class/thermal/thermal_zone0/temp': 47_000 },
    ...{ '/class/thermal/thermal_zone1/type': 'bad', '/class/thermal/thermal_zone1/temp': 3_892_313_987 },
    ...{ '/class/thermal/thermal_zone2/type': 'gpu', '/class/thermal/thermal_zone2/temp': 190_000 },
    ...{ '/class/thermal/thermal_zone2/trip_point_0_type': 'passive', '/class/thermal/thermal_zone2/trip_point_0_temp': 300_000 },
    ...{ '/class/thermal/thermal_zone2/trip_point_1_type': 'critical', '/class/thermal/thermal_zone2/trip_point_1_temp': 105_000 },
  });
  expect(await rowsAt(createTemperatureCollector(roots), 0)).toEqual({ cpu: 47 });
});

test('sensors that come later are found', async () => {
  const collector = createTemperatureCollector(roots);
  await expect(rowsAt(collector, 0)).rejects.toThrow('no temperature sensor');
  lay({ 'hwmon0/name': 'k10temp', 'hwmon0/temp1_input': 40_000 });
  expect(await rowsAt(collector, 1000)).toEqual({ 'k10temp temp1': 40 });
});

test('a SATA drive is told by its serial number, two parts of one device by their number', async () => {
  for (const [chip, serial] of ['WD-WCC7K', 'WD-WCC7L'].entries()) {
    const scsi = `/devices/pci0000:00/0000:00:17.0/ata1/host${chip}/target${chip}:0:0/${chip}:0:0:0`;
    lay({
      [`${scsi}/vpd_pg80`]: `\x00\x80\x00\x08${serial}`,
      [`${scsi}/hwmon/hwmon${chip}/name`]: 'drivetemp',
      [`${scsi}/hwmon/hwmon${chip}/temp1_input`]: 30_000 + chip * 1000,
      [`${scsi}/hwmon/hwmon${chip}/device`]: { link: `../../../${chip}:0:0:0` },
      [`hwmon${chip}`]: { link: `../..${scsi}/hwmon/hwmon${chip}` },
    });
  }
  expect(await rowsAt(createTemperatureCollector(roots), 0)).toEqual({ 'drivetemp temp1 WD-WCC7K': 30, 'drivetemp temp1 WD-WCC7L': 31 });
  const twins = ['a', 'a'].map((identity) => ({ name: 'x', identity, device: 'pci' }));
  expect(new SensorNames().assign(twins)).toEqual(['x pci', 'x pci 2']);
});

test('names of devices that come and go without end are forgotten', () => {
  const names = new SensorNames();
  const device = (number: number) => ({ name: 'usb temp1', identity: `device ${number}`, device: `${number}` });
  expect(names.assign([device(-1)])).toEqual(['usb temp1']);
  for (let number = 0; number < 3000; number++) expect(names.assign([device(number)])[0]?.length).toBeLessThan(20);
  expect(names.assign([device(2999)]), 'what is there keeps its name').toEqual(['usb temp1 2999']);
});
