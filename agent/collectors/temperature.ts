// Temperatures from /sys/class/hwmon, else from /sys/class/thermal (Documentation/driver-api/thermal/sysfs-api.rst).
import { join } from 'node:path';
import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { createSensorCollector } from './hwmon.ts';
import { CELSIUS } from './plausible-reading.ts';
import { deviceIdentity, deviceWord, runtimeStatusFiles, type Sensor } from './sensor-chips.ts';
import { list, readText, realPath } from './sys-files.ts';

export function createTemperatureCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    {
      measurement: 'temperature',
      field: 'celsius',
      noun: 'temperature sensor',
      prefix: 'temp',
      inputs: ['input'],
      limits: ['emergency', 'crit'],
      divisor: 1000,
      range: CELSIUS,
      otherwise: findThermalZones,
    },
    roots,
  );
}

function findThermalZones(sys: string): Sensor[] {
  const folder = join(sys, 'class/thermal');
  const zones = list(folder).filter((zone) => zone.startsWith('thermal_zone'));
  return zones.map((zone) => {
    const within = join(folder, zone);
    const device = realPath(join(within, 'device'));
    const name = readText(join(within, 'type')) || zone;
    return {
      name,
      identity: `${deviceIdentity(device) || realPath(within)} ${name}`,
      device: deviceWord(device),
      input: join(within, 'temp'),
      fault: undefined,
      limits: criticalTrips(within),
      runtimeStatus: device === '' ? [] : runtimeStatusFiles(device, realPath(sys)),
    };
  });
}

/** Where the kernel switches the machine off. */
function criticalTrips(zone: string): string[] {
  const types = list(zone).filter((name) => /^trip_point_\d+_type$/.test(name));
  return types.filter((name) => readText(join(zone, name)) === 'critical').map((name) => join(zone, name.replace(/type$/, 'temp')));
}
