// Temperatures from /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst), else from /sys/class/thermal.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { HostFile, type HostRoots } from '../host-file.ts';
import type { Collector, RowSink, Tick } from './collector.ts';

const LOOK_AGAIN_EVERY_MS = 60_000;

interface Sensor {
  name: string;
  file: HostFile;
}

/** °C of a file in millidegrees, which may be negative; NaN where it holds no number. */
export function parseMillidegrees(bytes: Buffer): number {
  return Number.parseInt(bytes.toString('latin1'), 10) / 1000;
}

export function createTemperatureCollector(roots: HostRoots): Collector {
  let sensors: Sensor[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;

  const close = (): void => {
    for (const sensor of sensors) sensor.file.close();
    sensors = [];
    lookedMs = Number.NEGATIVE_INFINITY;
  };

  return {
    measurement: 'temperature',
    tags: ['sensor'],
    fields: ['celsius'],
    collect(rows: RowSink, tick: Tick): void {
      if (tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        close();
        sensors = findSensors(roots.sys);
        lookedMs = tick.monotonicMs;
      }
      if (sensors.length === 0) throw new MusterError('not_found', `${roots.sys}/class has no temperature sensor`);
      for (const { name, file } of sensors) {
        const celsius = readCelsius(file);
        if (!Number.isNaN(celsius)) rows.add([name], [celsius]);
      }
    },
    close,
  };
}

// A sensor that sleeps answers EIO or ENODATA; the others are read on.
function readCelsius(file: HostFile): number {
  try {
    return parseMillidegrees(file.read());
  } catch {
    return Number.NaN;
  }
}

function findSensors(sys: string): Sensor[] {
  const found = [...findHwmon(join(sys, 'class/hwmon'))];
  const sensors = found.length > 0 ? found : [...findThermalZones(join(sys, 'class/thermal'))];
  const seen = new Map<string, number>();
  return sensors.map(({ name, file }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { name: times === 1 ? name : `${name} ${times}`, file };
  });
}

function* findHwmon(folder: string): Iterable<Sensor> {
  for (const chip of list(folder)) {
    const chipName = readText(join(folder, chip, 'name')) || chip;
    for (const entry of list(join(folder, chip))) {
      if (!/^temp\d+_input$/.test(entry)) continue;
      const label = readText(join(folder, chip, entry.replace('_input', '_label'))) || entry.replace('_input', '');
      yield { name: `${chipName} ${label}`, file: new HostFile(join(folder, chip, entry)) };
    }
  }
}

function* findThermalZones(folder: string): Iterable<Sensor> {
  for (const zone of list(folder)) {
    if (zone.startsWith('thermal_zone')) {
      yield { name: readText(join(folder, zone, 'type')) || zone, file: new HostFile(join(folder, zone, 'temp')) };
    }
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
