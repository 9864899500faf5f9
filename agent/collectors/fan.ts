// The speed of fans from /sys/class/hwmon.
import type { HostRoots } from '../host-file.ts';
import type { Collector } from './collector.ts';
import { createSensorCollector } from './hwmon.ts';

export function createFanCollector(roots: HostRoots): Collector {
  return createSensorCollector({ measurement: 'fan', field: 'rpm', noun: 'fan', pattern: /^fan\d+_input$/, divisor: 1 }, roots);
}
