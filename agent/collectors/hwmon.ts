// The sensors of one kind in /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst), with a row each.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { HostFile, type HostRoots } from '../host-file.ts';
import type { Collector, RowSink, Tick } from './collector.ts';

const LOOK_AGAIN_EVERY_MS = 60_000;

export interface Sensor {
  name: string;
  file: HostFile;
}

export interface SensorKind {
  measurement: string;
  field: string;
  /** What the collector says is not there. */
  noun: string;
  /** Matches a sensor's file; its part in front of the underscore has the label beside it. */
  pattern: RegExp;
  /** How many of the file's units make one of the field's. */
  divisor: number;
  /** Where to look when hwmon has none. */
  otherwise?(sys: string): Sensor[];
}

/** A whole number, which may be negative, of a file; NaN where it holds none. */
export function parseReading(bytes: Buffer): number {
  return Number.parseInt(bytes.toString('latin1'), 10);
}

export function createSensorCollector(kind: SensorKind, roots: HostRoots): Collector {
  const row = new Float64Array(1);
  let sensors: { tags: string[]; file: HostFile }[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;

  const close = (): void => {
    for (const sensor of sensors) sensor.file.close();
    sensors = [];
    lookedMs = Number.NEGATIVE_INFINITY;
  };

  return {
    measurement: kind.measurement,
    tags: ['sensor'],
    fields: [kind.field],
    // Behind some of these files is a slow bus.
    intervalMs: 10_000,
    liveIntervalMs: 1000,
    collect(rows: RowSink, tick: Tick): void {
      if (tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        close();
        sensors = findSensors(kind, roots.sys);
        lookedMs = tick.monotonicMs;
      }
      if (sensors.length === 0) throw new MusterError('not_found', `${roots.sys}/class has no ${kind.noun}`);
      for (const { tags, file } of sensors) {
        row[0] = read(file) / kind.divisor;
        rows.add(tags, row);
      }
    },
    close,
  };
}

// A sensor that sleeps answers EIO or ENODATA; the others are read on.
function read(file: HostFile): number {
  try {
    return parseReading(file.read());
  } catch {
    return Number.NaN;
  }
}

function findSensors(kind: SensorKind, sys: string): { tags: string[]; file: HostFile }[] {
  const found = [...findHwmon(join(sys, 'class/hwmon'), kind.pattern)];
  const sensors = found.length > 0 ? found : (kind.otherwise?.(sys) ?? []);
  const seen = new Map<string, number>();
  return sensors.map(({ name, file }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return { tags: [times === 1 ? name : `${name} ${times}`], file };
  });
}

function* findHwmon(folder: string, pattern: RegExp): Iterable<Sensor> {
  for (const chip of list(folder)) {
    const chipName = readText(join(folder, chip, 'name')) || chip;
    for (const entry of list(join(folder, chip))) {
      if (!pattern.test(entry)) continue;
      const channel = entry.slice(0, entry.indexOf('_'));
      const label = readText(join(folder, chip, `${channel}_label`)) || channel;
      yield { name: `${chipName} ${label}`, file: new HostFile(join(folder, chip, entry)) };
    }
  }
}

export function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
