// The figures of one GPU, whoever made it.

export interface GpuRow {
  /** Tags: its number or card, and its name. */
  gpu: string;
  name: string;
  /** In the order of `GPU_FIELDS`; NaN where it does not say. */
  values: number[];
}

export const GPU_FIELDS = [
  'utilization_percent',
  'memory_utilization_percent',
  'memory_total_bytes',
  'memory_used_bytes',
  'memory_used_percent',
  'temperature_celsius',
  'power_watts',
  'power_limit_watts',
  'fan_percent',
  'clock_mhz',
  'memory_clock_mhz',
  'ecc_errors',
] as const;
