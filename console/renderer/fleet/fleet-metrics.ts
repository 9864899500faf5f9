// What the heat map may be coloured by: every value a node reports of itself.
import type { FleetNode, NodeValues } from '../../common/fleet-node.ts';
import { formatNumber, formatShort, toMegabits } from '../widgets/format.ts';

export interface FleetMetric {
  /** As the address names it, and the filter language too where it knows the value. */
  key: string;
  title: string;
  unit: string;
  /** The end of the scale; left out, it follows the values. */
  most?: number;
  read(values: NodeValues): number | null;
  format(value: number | null | undefined): string;
}

const one = (value: number | null | undefined): string => formatNumber(value, 1);
const mebi = (bytes: number | null): number | null => (bytes === null ? null : bytes / 2 ** 20);
const days = (seconds: number | null): number | null => (seconds === null ? null : seconds / 86_400);

export const FLEET_METRICS: readonly FleetMetric[] = [
  { key: 'cpu', title: 'CPU', unit: '%', most: 100, read: (values) => values.cpuPercent, format: one },
  { key: 'memory', title: 'Memory', unit: '%', most: 100, read: (values) => values.memoryPercent, format: one },
  { key: 'disk', title: 'Fullest disk', unit: '%', most: 100, read: (values) => values.diskPercent, format: one },
  { key: 'swap', title: 'Swap', unit: '%', most: 100, read: (values) => values.swapPercent, format: one },
  { key: 'pressure', title: 'Pressure', unit: '%', most: 100, read: (values) => values.pressurePercent, format: one },
  { key: 'load', title: 'Load, 1 min', unit: '', read: (values) => values.load1, format: (value) => formatNumber(value, 2) },
  { key: 'temperature', title: 'Temperature', unit: '°C', most: 100, read: (values) => values.temperatureCelsius, format: one },
  { key: 'rx', title: 'Network in', unit: 'Mbit/s', read: (values) => toMegabits(values.rxBytesPerSecond), format: formatShort },
  { key: 'tx', title: 'Network out', unit: 'Mbit/s', read: (values) => toMegabits(values.txBytesPerSecond), format: formatShort },
  { key: 'read', title: 'Disk read', unit: 'MiB/s', read: (values) => mebi(values.diskReadBytesPerSecond), format: formatShort },
  { key: 'write', title: 'Disk write', unit: 'MiB/s', read: (values) => mebi(values.diskWriteBytesPerSecond), format: formatShort },
  { key: 'processes', title: 'Processes', unit: '', read: (values) => values.processCount, format: formatNumber },
  { key: 'uptime', title: 'Uptime', unit: 'days', read: (values) => days(values.uptimeSeconds), format: formatShort },
];

export function fleetMetric(key: string | undefined): FleetMetric {
  return FLEET_METRICS.find((metric) => metric.key === key) ?? (FLEET_METRICS[0] as FleetMetric);
}

/** `CPU, %`. */
export function metricName({ title, unit }: FleetMetric): string {
  return unit === '' ? title : `${title}, ${unit}`;
}

/** The value that still says something of now: none of a node that is not heard. */
export function currentValue(metric: FleetMetric, node: FleetNode): number | null {
  return (node.state === 'live' || node.state === 'late') && node.values !== null ? metric.read(node.values) : null;
}

/** The end of a metric's scale: its own, or a round number above nearly all values, so that one outlier does not darken the rest. */
export function scaleEnd(metric: FleetMetric, values: Float64Array): number {
  if (metric.most !== undefined) return metric.most;
  if (values.length === 0) return 1;
  const sorted = Float64Array.from(values).sort();
  const high = sorted[Math.floor((sorted.length - 1) * 0.99)]!;
  if (!(high > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(high));
  return ([1, 2, 5, 10].find((step) => step * power >= high) as number) * power;
}
