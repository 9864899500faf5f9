// The charts of a node: where each line comes from in the store and in a live frame, its unit, colour and shape.
import type { FrameColumns } from '../../../core/common/frame.ts';
import { newestValues } from './live-values.ts';

export interface LineSpec {
  label: string;
  /** Number of the series colour, 1 to 8. */
  color: number;
  /** Drawn below the axis. */
  mirrored?: boolean;
  filled?: boolean;
}

export interface ChartSpec {
  key: string;
  title: string;
  unit: string;
  lines: readonly LineSpec[];
  /** Lines stand on one another. */
  stacked?: boolean;
  /** Top of the scale; left out, the values decide. */
  max?: number;
  decimals: number;
  /** Shown only where a node has such values. */
  optional?: boolean;
  /** With `optional`: whether the newest values say that there is such a thing. */
  present?(newest: readonly number[]): boolean;
  /** Feeds a tile alone. */
  hidden?: boolean;
  measurement: string;
  /** `timestamp`, then one column a line; or with `pivot` its tag and one column. `where` and `sample` are filled in. */
  sql(where: string, sample: string): string;
  /** The tag whose values are the lines. */
  pivot?: { tag: string; values: readonly string[] };
  /** One value a line of the newest time in a frame, before `scale`. */
  live(frame: FrameColumns): number[];
  /** From the stored unit to the shown one. */
  scale: number;
}

const GIB = 1 / 2 ** 30;
const MIB = 1 / 2 ** 20;
const MEGABIT = 8 / 1e6;
const CPU_MODES = ['user', 'system', 'iowait', 'steal'];

export const CHARTS: readonly ChartSpec[] = [
  {
    key: 'cpu',
    title: 'CPU by mode',
    unit: '%',
    stacked: true,
    max: 100,
    decimals: 1,
    scale: 1,
    measurement: 'cpu',
    lines: [
      { label: 'user', color: 1 },
      { label: 'system', color: 2 },
      { label: 'iowait', color: 8 },
      { label: 'steal', color: 5 },
    ],
    sql: (where, sample) => `SELECT timestamp, ${averages(CPU_MODES)} FROM cpu WHERE ${where} AND cpu = 'total' ${sample}`,
    live: (frame) => newestValues(frame, CPU_MODES, { cpu: 'total' }),
  },
  plain('memory', 'Memory', 'GiB', 1, GIB, 'memory', [
    { field: 'used', label: 'used', color: 1, filled: true },
    { field: 'cached', label: 'cached', color: 3 },
    { field: 'buffers', label: 'buffers', color: 2 },
  ]),
  plain('load', 'Load average', 'processes', 2, 1, 'load', [
    { field: 'load1', label: '1 min', color: 1 },
    { field: 'load5', label: '5 min', color: 2 },
    { field: 'load15', label: '15 min', color: 3 },
  ]),
  summed(
    'disk_io',
    'Disk read and write',
    'MiB/s',
    MIB,
    'device',
    ['read_bytes_per_second', 'write_bytes_per_second'],
    ['read', 'write'],
    '',
  ),
  summed(
    'network',
    'Network in and out',
    'Mbit/s',
    MEGABIT,
    'interface',
    ['rx_bytes_per_second', 'tx_bytes_per_second'],
    ['in', 'out'],
    " AND interface != 'lo'",
  ),
  {
    key: 'pressure',
    title: 'Pressure, some',
    unit: '% of 10 s',
    decimals: 1,
    scale: 1,
    optional: true,
    measurement: 'pressure',
    lines: [
      { label: 'cpu', color: 1 },
      { label: 'memory', color: 2 },
      { label: 'io', color: 3 },
    ],
    pivot: { tag: 'resource', values: ['cpu', 'memory', 'io'] },
    sql: (where, sample) => `SELECT timestamp, resource, avg(some_avg10) AS v0 FROM pressure WHERE ${where} ${sample}`,
    live: (frame) => ['cpu', 'memory', 'io'].map((resource) => newestValues(frame, ['some_avg10'], { resource })[0] as number),
  },
  {
    ...plain('swap', 'Swap', 'GiB', 2, GIB, 'swap', [
      { field: 'used', label: 'used', color: 4, filled: true },
      { field: 'total', label: 'total', color: 3 },
    ]),
    optional: true,
    // A machine without swap says so with a total of nothing.
    present: ([, total = 0]) => total > 0,
  },
  highest('temperature', 'Temperature', '°C', 'temperature', 'celsius', 'hottest sensor', true),
  { ...highest('disk', 'Fullest filesystem', '%', 'filesystem', 'used_percent', 'fullest', false), hidden: true },
];

function averages(fields: readonly string[]): string {
  return fields.map((field, index) => `avg(${field}) AS v${index}`).join(', ');
}

function plain(
  key: string,
  title: string,
  unit: string,
  decimals: number,
  scale: number,
  measurement: string,
  lines: readonly (LineSpec & { field: string })[],
): ChartSpec {
  const fields = lines.map((line) => line.field);
  return {
    key,
    title,
    unit,
    decimals,
    scale,
    measurement,
    lines,
    sql: (where, sample) => `SELECT timestamp, ${averages(fields)} FROM ${measurement} WHERE ${where} ${sample}`,
    live: (frame) => newestValues(frame, fields, {}),
  };
}

/** Two directions, summed over all series: above and below one axis. */
function summed(
  measurement: string,
  title: string,
  unit: string,
  scale: number,
  tag: string,
  fields: readonly [string, string],
  labels: readonly [string, string],
  except: string,
): ChartSpec {
  return {
    key: measurement,
    title,
    unit,
    decimals: 1,
    scale,
    measurement,
    lines: [
      { label: labels[0], color: 7, filled: true },
      { label: labels[1], color: 2, filled: true, mirrored: true },
    ],
    sql: (where, sample) =>
      `SELECT timestamp, sum(a) AS v0, sum(b) AS v1 FROM (SELECT timestamp, ${tag}, avg(${fields[0]}) AS a, avg(${fields[1]}) AS b ` +
      `FROM ${measurement} WHERE ${where}${except} ${sample}) GROUP BY timestamp ORDER BY timestamp`,
    live: (frame) => newestValues(frame, fields, {}, { tag, except: except === '' ? '' : 'lo', how: 'sum' }),
  };
}

function highest(
  key: string,
  title: string,
  unit: string,
  measurement: string,
  field: string,
  label: string,
  optional: boolean,
): ChartSpec {
  return {
    key,
    title,
    unit,
    decimals: 1,
    scale: 1,
    measurement,
    optional,
    lines: [{ label, color: 1 }],
    sql: (where, sample) => `SELECT timestamp, max(${field}) AS v0 FROM ${measurement} WHERE ${where} ${sample}`,
    live: (frame) => newestValues(frame, [field], {}, { tag: '', except: '', how: 'max' }),
  };
}
