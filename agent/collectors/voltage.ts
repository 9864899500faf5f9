// Voltages from /sys/class/hwmon.

import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { createSensorCollector } from './hwmon.ts';
import { VOLTS } from './plausible-reading.ts';

export function createVoltageCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    {
      measurement: 'voltage',
      field: 'volts',
      noun: 'voltage sensor',
      prefix: 'in',
      inputs: ['input'],
      limits: ['crit', 'rated_max'],
      divisor: 1000,
      range: VOLTS,
    },
    roots,
  );
}
