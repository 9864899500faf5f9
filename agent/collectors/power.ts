// What parts of the machine draw, from /sys/class/hwmon; the mean only where a channel tells no momentary value.

import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { createSensorCollector } from './hwmon.ts';
import { WATTS } from './plausible-reading.ts';

export function createPowerCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    {
      measurement: 'power',
      field: 'watts',
      noun: 'power sensor',
      prefix: 'power',
      inputs: ['input', 'average'],
      limits: ['crit', 'rated_max', 'cap_max'],
      divisor: 1_000_000,
      range: WATTS,
    },
    roots,
  );
}
