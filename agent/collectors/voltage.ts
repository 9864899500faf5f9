// Voltages from /sys/class/hwmon.
import type { HostRoots } from '../host-file.ts';
import type { Collector } from './collector.ts';
import { createSensorCollector } from './hwmon.ts';

export function createVoltageCollector(roots: HostRoots): Collector {
  return createSensorCollector(
    { measurement: 'voltage', field: 'volts', noun: 'voltage sensor', pattern: /^in\d+_input$/, divisor: 1000 },
    roots,
  );
}
