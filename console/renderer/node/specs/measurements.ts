// What names the series of each measurement, and how seldom the agent measures it: as docs/reference/measurements.md lists them.

export interface MeasurementFacts {
  tags: readonly string[];
  /** Seconds between samples at least, where the agent is slower than its ticks. */
  everySeconds: number;
  /** A text that names the series better than the tags, which are only places in an order. */
  namedBy?: string;
  /** Fields that older data do not have. */
  newer?: readonly string[];
}

const facts = (everySeconds: number, ...tags: string[]): MeasurementFacts => ({ tags, everySeconds });
const EACH_TICK = facts(0);

const MEASUREMENTS: Readonly<Record<string, MeasurementFacts>> = {
  cpu: facts(0, 'cpu'),
  cpu_frequency: facts(10),
  pressure: facts(0, 'resource'),
  disk_io: { ...facts(0, 'device'), newer: ['physical'] },
  filesystem: facts(10, 'mount', 'device', 'fstype'),
  network: { ...facts(0, 'interface'), newer: ['physical'] },
  clock: facts(10),
  kernel: facts(10),
  process: { ...facts(10, 'ranked_by', 'rank'), namedBy: 'name' },
  users: facts(60),
  temperature: facts(10, 'sensor'),
  fan: facts(10, 'sensor'),
  power: facts(10, 'sensor'),
  voltage: facts(10, 'sensor'),
  battery: facts(10, 'battery'),
  systemd: facts(60),
  systemd_unit: facts(10, 'unit'),
  containers: facts(10, 'container', 'image'),
  smart: facts(600, 'device', 'model', 'serial'),
  gpu: facts(15, 'gpu', 'name'),
  probe: facts(10, 'kind', 'probe', 'target', 'target_country', 'target_region', 'target_node'),
};

/** Of a measurement that is not listed: each tick, and no tags. */
export function factsOf(measurement: string): MeasurementFacts {
  return MEASUREMENTS[measurement] ?? EACH_TICK;
}
