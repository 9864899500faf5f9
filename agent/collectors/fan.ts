// The speed of fans from /sys/class/hwmon.

import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { createSensorCollector } from './hwmon.ts';
import { RPM } from './plausible-reading.ts';

export function createFanCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    {
      measurement: 'fan',
      field: 'rpm',
      noun: 'fan',
      prefix: 'fan',
      inputs: ['input'],
      limits: ['max'],
      divisor: 1,
      range: RPM,
    },
    roots,
  );
}
