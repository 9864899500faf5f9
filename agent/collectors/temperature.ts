// Temperatures from /sys/class/hwmon, else from /sys/class/thermal (Documentation/driver-api/thermal/sysfs-api.rst).
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import type { Collector } from './collector.ts';
import { createSensorCollector, list, readText, type Sensor } from './hwmon.ts';

export function createTemperatureCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    {
      measurement: 'temperature',
      field: 'celsius',
      noun: 'temperature sensor',
      pattern: /^temp\d+_input$/,
      divisor: 1000,
      otherwise: findThermalZones,
    },
    roots,
  );
}

function findThermalZones(sys: string): Sensor[] {
  const folder = join(sys, 'class/thermal');
  const zones = list(folder).filter((zone) => zone.startsWith('thermal_zone'));
  return zones.map((zone) => ({
    name: readText(join(folder, zone, 'type')) || zone,
    file: new HostFile(join(folder, zone, 'temp')),
  }));
}
