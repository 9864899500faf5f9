// Eight figures with the line of the window's stretch under each; a click goes to its chart.
import type { FleetNode, NodeValues } from '../../common/fleet-node.ts';
import { formatNumber, formatShort } from '../parts/format.ts';
import { crossed, type LimitName } from '../parts/limits.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import type { NodeFeed } from './node-feed.ts';

interface Tile {
  title: string;
  chart: string;
  unit: string;
  decimals?: number;
  limit?: LimitName;
  /** Fixed top of the sparkline. */
  high?: number;
  /** From the newest summary. */
  now(values: NodeValues): number | null;
  /** From a chart's values at one time, whose columns are its lines. */
  at(lines: readonly (number | null)[]): number;
  note(node: FleetNode): string;
}

const sum = (lines: readonly (number | null)[]): number => lines.reduce<number>((total, value) => total + (value ?? 0), 0);
const first = (lines: readonly (number | null)[]): number => lines[0] ?? Number.NaN;
const most = (lines: readonly (number | null)[]): number => Math.max(...lines.map((value) => value ?? 0));
const add = (a: number | null, b: number | null, scale: number): number | null =>
  a === null && b === null ? null : ((a ?? 0) + (b ?? 0)) * scale;

const TILES: readonly Tile[] = [
  {
    title: 'CPU',
    chart: 'cpu',
    unit: '%',
    decimals: 1,
    limit: 'cpu',
    high: 100,
    now: (v) => v.cpuPercent,
    at: sum,
    note: (n) => `${n.cpuCores} cores`,
  },
  {
    title: 'Memory',
    chart: 'memory',
    unit: '%',
    decimals: 1,
    limit: 'memory',
    now: (v) => v.memoryPercent,
    at: first,
    note: (n) => `of ${formatShort(n.memoryBytes / 2 ** 30)} GiB`,
  },
  {
    title: 'Load',
    chart: 'load',
    unit: '1 min',
    decimals: 2,
    now: (v) => v.load1,
    at: first,
    note: (n) => `${formatNumber((n.values?.load1 ?? 0) / Math.max(1, n.cpuCores), 2)} a core`,
  },
  {
    title: 'Disk',
    chart: 'disk',
    unit: '%',
    decimals: 1,
    limit: 'disk',
    high: 100,
    now: (v) => v.diskPercent,
    at: first,
    note: (n) => n.values?.diskMount ?? '',
  },
  {
    title: 'Disk I/O',
    chart: 'disk_io',
    unit: 'MiB/s',
    now: (v) => add(v.diskReadBytesPerSecond, v.diskWriteBytesPerSecond, 1 / 2 ** 20),
    at: sum,
    note: () => 'read and write',
  },
  {
    title: 'Network',
    chart: 'network',
    unit: 'Mbit/s',
    now: (v) => add(v.rxBytesPerSecond, v.txBytesPerSecond, 8 / 1e6),
    at: sum,
    note: () => 'in and out',
  },
  {
    title: 'Pressure',
    chart: 'pressure',
    unit: '%',
    decimals: 1,
    limit: 'pressure',
    now: (v) => v.pressurePercent,
    at: most,
    note: () => 'some, 10 s',
  },
  {
    title: 'Temperature',
    chart: 'temperature',
    unit: '°C',
    decimals: 1,
    limit: 'temperature',
    now: (v) => v.temperatureCelsius,
    at: first,
    note: () => 'hottest',
  },
];

/** `version` renders anew when the feed's data changed. */
export function NodeTiles({ node, feed }: { node: FleetNode; feed: NodeFeed; version: number }) {
  const past = useStore(useConsole().time).kind === 'past';
  const heard = node.state === 'live' || node.state === 'late';
  const { fromMs, toMs } = feed.bounds();
  return (
    <div className="tiles">
      {TILES.map((tile) => {
        const [, ...lines] = feed.data.get(tile.chart)?.columns(fromMs / 1000, toMs / 1000, feed.liveStepSeconds, false) ?? [[]];
        const series = thin(lines, tile.at);
        const last = series.findLast((value) => !Number.isNaN(value)) ?? null;
        const inPast = tile.title === 'Memory' && last !== null ? (last / (node.memoryBytes / 2 ** 30)) * 100 : last;
        const value = past ? inPast : heard && node.values !== null ? tile.now(node.values) : null;
        const mark = tile.limit === undefined ? '' : crossed(tile.limit, value);
        return (
          <a
            key={tile.title}
            className="tile"
            href={`#/node/${node.nodeId}`}
            onClick={() => document.querySelector(`[data-chart="${tile.chart}"]`)?.scrollIntoView({ block: 'nearest' })}
          >
            <span className="tile-name">
              <span>{tile.title}</span>
              <span className="cut tile-note">{value === null ? '' : tile.note(node)}</span>
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

/** At most so many points, each the mean of its share. */
function thin(lines: readonly (number | null)[][], at: (lines: readonly (number | null)[]) => number): number[] {
  const count = lines[0]?.length ?? 0;
  const share = Math.max(1, Math.ceil(count / SPARK_POINTS));
  const points: number[] = [];
  for (let start = 0; start < count; start += share) {
    let total = 0;
    let known = 0;
    for (let row = start; row < Math.min(count, start + share); row++) {
      const values = lines.map((column) => column[row] ?? null);
      if (values.every((value) => value === null)) continue;
      total += at(values);
      known++;
    }
    points.push(known === 0 ? Number.NaN : total / known);
  }
  return points;
}
