// What the machine feels: heat, fans, power, batteries, graphics cards.
import { chart, eachOf, GIB, line } from './chart-spec.ts';

const SENSOR = 'sensor';

/** Feeds a tile. */
export const HOTTEST = chart('temperature', 'Temperature', '°C', 'temperature', [line('hottest sensor', 'celsius', 1, { over: 'max' })], {
  optional: true,
});

export const SENSOR_CHARTS = [
  eachOf('temperatures', 'Temperature', '°C', 'temperature', { tag: SENSOR, field: 'celsius' }),
  eachOf('fans', 'Fans', 'rpm', 'fan', { tag: SENSOR, field: 'rpm' }, { decimals: 0 }),
  eachOf('power', 'Power', 'W', 'power', { tag: SENSOR, field: 'watts' }),
  eachOf('voltages', 'Voltage', 'V', 'voltage', { tag: SENSOR, field: 'volts' }, { decimals: 2 }),
  eachOf('battery_charge', 'Battery', '%', 'battery', { tag: 'battery', field: 'charge_percent' }, { max: 100 }),
  eachOf('battery_power', 'Battery power', 'W', 'battery', { tag: 'battery', field: 'watts' }),
  eachOf('gpu', 'GPU', '%', 'gpu', { tag: 'gpu', field: 'utilization_percent' }, { max: 100 }),
  eachOf('gpu_memory', 'GPU memory', 'GiB', 'gpu', { tag: 'gpu', field: 'memory_used_bytes' }, { scale: GIB }),
  eachOf('gpu_temperature', 'GPU temperature', '°C', 'gpu', { tag: 'gpu', field: 'temperature_celsius' }),
  eachOf('gpu_power', 'GPU power', 'W', 'gpu', { tag: 'gpu', field: 'power_watts' }),
];
