// What parts of the machine draw, from /sys/class/hwmon; the mean where a chip tells no momentary value.
import type { HostRoots } from '../host-file.ts';
import type { Collector } from './collector.ts';
import { createSensorCollector } from './hwmon.ts';

export function createPowerCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    { measurement: 'power', field: 'watts', noun: 'power sensor', pattern: /^power\d+_(input|average)$/, divisor: 1_000_000 },
    roots,
  );
}
