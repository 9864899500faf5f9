// Eight figures with the line of the window's stretch under each; a click goes to its chart.
import type { FleetNode, NodeValues } from '../../common/fleet-node.ts';
import { formatNumber, formatShort } from '../parts/format.ts';
import { crossed, type LimitName } from '../parts/limits.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { useConsole } from '../state/console-state.ts';
import { formatRoute } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import type { ChartColumns } from './charts/chart-columns.ts';
import type { NodeFeed } from './node-feed.ts';
import type { ChartSpec } from './specs/chart-spec.ts';
import { CPU_BUSY, LOAD } from './specs/cpu.ts';
import { DISK_IO, FULLEST } from './specs/disks.ts';
import { MEMORY } from './specs/memory.ts';
import { NETWORK } from './specs/network.ts';
import { PRESSURE } from './specs/programs.ts';
import { HOTTEST } from './specs/sensors.ts';

interface Tile {
  title: string;
  chart: ChartSpec;
  section: string;
  unit: string;
  decimals?: number;
  limit?: LimitName;
  /** Fixed top of the sparkline. */
  high?: number;
  /** From the newest summary. */
  now(values: NodeValues): number | null;
  /** From a chart's values at one time, whose columns are its lines. */
  at(lines: readonly (number | null)[]): number;
  /** Beside the value; `past` where it is not of now: what only the newest summary tells is then left out. */
  note(node: FleetNode, value: number, past: boolean): string;
}

const sum = (lines: readonly (number | null)[]): number => lines.reduce<number>((total, value) => total + (value ?? 0), 0);
const first = (lines: readonly (number | null)[]): number => lines[0] ?? Number.NaN;
const most = (lines: readonly (number | null)[]): number => Math.max(...lines.map((value) => value ?? 0));
const add = (a: number | null, b: number | null, scale: number): number | null =>
  a === null && b === null ? null : ((a ?? 0) + (b ?? 0)) * scale;

const TILES: readonly Tile[] = [
  {
    title: 'CPU',
    chart: CPU_BUSY,
    section: 'cpu',
    unit: '%',
    decimals: 1,
    limit: 'cpu',
    high: 100,
    now: (v) => v.cpuPercent,
    at: first,
    note: (n) => `${n.cpuCores} cores`,
  },
  {
    title: 'Memory',
    chart: MEMORY,
    section: 'memory',
    unit: '%',
    decimals: 1,
    limit: 'memory',
    now: (v) => v.memoryPercent,
    at: first,
    note: (n) => `of ${formatShort(n.memoryBytes / 2 ** 30)} GiB`,
  },
  {
    title: 'Load',
    chart: LOAD,
    section: 'cpu',
    unit: '1 min',
    decimals: 2,
    now: (v) => v.load1,
    at: first,
    note: (n, value) => (n.cpuCores > 0 ? `${formatNumber(value / n.cpuCores, 2)} a core` : ''),
  },
  {
    title: 'Disk',
    chart: FULLEST,
    section: 'disks',
    unit: '%',
    decimals: 1,
    limit: 'disk',
    high: 100,
    now: (v) => v.diskPercent,
    at: first,
    note: (n, _, past) => (past ? '' : (n.values?.diskMount ?? '')),
  },
  {
    title: 'Disk I/O',
    chart: DISK_IO,
    section: 'disks',
    unit: 'MiB/s',
    now: (v) => add(v.diskReadBytesPerSecond, v.diskWriteBytesPerSecond, 1 / 2 ** 20),
    at: sum,
    note: () => 'read and write',
  },
  {
    title: 'Network',
    chart: NETWORK,
    section: 'network',
    unit: 'Mbit/s',
    now: (v) => add(v.rxBytesPerSecond, v.txBytesPerSecond, 8 / 1e6),
    at: sum,
    note: () => 'in and out',
  },
  {
    title: 'Pressure',
    chart: PRESSURE,
    section: 'cpu',
    unit: '%',
    decimals: 1,
    limit: 'pressure',
    now: (v) => v.pressurePercent,
    at: most,
    note: () => 'some, 10 s',
  },
  {
    title: 'Temperature',
    chart: HOTTEST,
    section: 'sensors',
    unit: '°C',
    decimals: 1,
    limit: 'temperature',
    now: (v) => v.temperatureCelsius,
    at: first,
    note: () => 'hottest',
  },
];

export function NodeTiles({ node, feed }: { node: FleetNode; feed: NodeFeed }) {
  // Another version is other data.
  useStore(feed.state);
  const past = useStore(useConsole().time).kind === 'past';
  const heard = node.state === 'live' || node.state === 'late';
  const { fromMs, toMs } = feed.bounds.get();
  return (
    <div className="tiles">
      {TILES.map((tile) => {
        const { columns, stepSeconds } = feed.draw(tile.chart);
        const series = within(columns, fromMs / 1000, toMs / 1000, 1.5 * stepSeconds, tile.at);
        const last = series.findLast((value) => !Number.isNaN(value)) ?? null;
        const inPast = tile.title === 'Memory' && last !== null ? (last / (node.memoryBytes / 2 ** 30)) * 100 : last;
        const value = past ? inPast : heard && node.values !== null ? tile.now(node.values) : null;
        const mark = tile.limit === undefined ? '' : crossed(tile.limit, value);
        return (
          <a key={tile.title} className="tile" href={formatRoute({ page: 'node', nodeId: node.nodeId, section: tile.section })}>
            <span className="tile-name">
              <span>{tile.title}</span>
              <span className="cut tile-note">{value === null ? '' : tile.note(node, value, past)}</span>
            </span>
            <span className={`tile-value ${mark}`}>
              {tile.decimals === undefined ? formatShort(value) : formatNumber(value, tile.decimals)}{' '}
              {value !== null && <small>{tile.unit}</small>}
            </span>
            <Sparkline
              values={series}
              width={120}
              height={22}
              low={0}
              {...(tile.high === undefined ? {} : { high: tile.high })}
              className={mark || 'mute'}
              stretch
            />
          </a>
        );
      })}
    </div>
  );
}

const SPARK_POINTS = 120;

/** The stretch that shows in a few dozen points, each the mean of its share; a share without samples is a gap. */
function within(columns: ChartColumns, from: number, to: number, stepSeconds: number, at: Tile['at']): number[] {
  const points = Math.max(2, Math.min(SPARK_POINTS, Math.floor((to - from) / stepSeconds)));
  const sums = new Float64Array(points);
  const counts = new Uint32Array(points);
  const share = (to - from) / points;
  for (let row = 0; row < columns.times.length; row++) {
    const slot = Math.floor(((columns.times[row] as number) - from) / share);
    const values = columns.lines.map((column) => column[row] ?? null);
    if (slot < 0 || slot >= points || values.every((value) => value === null)) continue;
    sums[slot] = (sums[slot] as number) + at(values);
    counts[slot] = (counts[slot] as number) + 1;
  }
  return Array.from(sums, (sum, slot) => sum / (counts[slot] as number));
}
