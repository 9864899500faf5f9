// The rows of the benchmark: ten tags and ten values, as TSBS calls cpu-only.
import type { FrameColumns } from '../../../core/common/frame.ts';

export const TABLE = 'cpu_only';
export const SERIES_PER_NODE = 100;
export const ROWS_PER_BATCH = 1000;

export const TAGS = ['hostname', 'region', 'datacenter', 'rack', 'os', 'arch', 'team', 'service', 'service_version', 'environment'];
export const FIELDS = [
  ...['usage_user', 'usage_system', 'usage_idle', 'usage_nice', 'usage_iowait'],
  ...['usage_irq', 'usage_softirq', 'usage_steal', 'usage_guest', 'usage_guest_nice'],
];

/** Tag values of one series. */
export function seriesOf(host: number): string[] {
  return [
    `host_${host}`,
    `eu-central-${host % 3}`,
    `eu-central-${host % 3}${'abc'[host % 3]}`,
    String(host % 97),
    ['Ubuntu16.10', 'Ubuntu16.04LTS', 'Ubuntu15.10'][host % 3] as string,
    host % 2 === 0 ? 'x64' : 'x86',
    ['NYC', 'SF', 'LON', 'CHI'][host % 4] as string,
    String(host % 20),
    String(host % 2),
    ['production', 'staging', 'test'][host % 3] as string,
  ];
}

/** Batches of one node: each series once a tick, ten ticks a batch, times that rise without end. */
export class RowMaker {
  readonly #series: string[][];
  #timeUs: number;
  #state: number;

  constructor(node: number, startUs: number) {
    this.#series = Array.from({ length: SERIES_PER_NODE }, (_, i) => seriesOf(node * SERIES_PER_NODE + i));
    this.#timeUs = startUs;
    this.#state = node + 1;
  }

  next(): FrameColumns {
    const rows = ROWS_PER_BATCH;
    const seriesIndex = new Uint32Array(rows);
    const timeUs = new Float64Array(rows);
    const values = new Float64Array(rows * FIELDS.length);
    for (let row = 0; row < rows; row++) {
      if (row % SERIES_PER_NODE === 0) this.#timeUs += 10_000;
      seriesIndex[row] = row % SERIES_PER_NODE;
      timeUs[row] = this.#timeUs;
    }
    for (let i = 0; i < values.length; i++) {
      // A cheap generator: what is measured is the path, not the dice.
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      values[i] = this.#state / 42_949_672.96;
    }
    return { measurement: TABLE, tags: TAGS, series: this.#series, seriesIndex, timeUs, fields: FIELDS, values, textFields: [], texts: [] };
  }
}
