// Eight figures with the line of the window's stretch under each; a click goes to its chart.
import type { FleetNode, NodeValues } from '../../common/fleet-node.ts';
import { useConsole } from '../state/console-state.ts';
import { useFleetKnown } from '../state/fleet-known.ts';
import { type Known, mapKnown, notKnown } from '../state/known.ts';
import { formatRoute } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { formatNumber, formatShort } from '../widgets/format.ts';
import { figureWords, worthWords } from '../widgets/known-figure.tsx';
import { crossed, type LimitName } from '../widgets/limits.ts';
import { Sparkline } from '../widgets/sparkline.tsx';
import type { ChartColumns } from './charts/chart-columns.ts';
import { firstOf, highestOf, sumOfLines } from './line-figures.ts';
import type { NodeFeed } from './node-feed.ts';
import type { ChartSpec } from './specs/chart-spec.ts';
import { CPU_BUSY, LOAD } from './specs/cpu.ts';
import { DISK_IO, FULLEST } from './specs/disks.ts';
import { MEMORY } from './specs/memory.ts';
import { NETWORK } from './specs/network.ts';
import { PRESSURE } from './specs/programs.ts';
import { HOTTEST } from './specs/sensors.ts';
import { type TileParts, tileNow, tileThen, tileWords } from './tile-known.ts';

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
  now(values: NodeValues): TileParts;
  /** The chart's lines that the figure adds up; left out, it is the first, and of `highest` the highest of all. */
  adds?: readonly string[];
  highest?: boolean;
  /** Of the line below the figure: from a chart's values at one time, whose columns are its lines. */
  at(lines: readonly (number | null)[]): number;
  /** Beside the value; `past` where it is not of now: what only the newest summary tells is then left out. */
  note(node: FleetNode, value: number, past: boolean): string;
}

const one = (value: number | null): TileParts => ({ '': value });
const scaled = (value: number | null, scale: number): number | null => (value === null ? null : value * scale);

const TILES: readonly Tile[] = [
  {
    title: 'CPU',
    chart: CPU_BUSY,
    section: 'cpu',
    unit: '%',
    decimals: 1,
    limit: 'cpu',
    high: 100,
    now: (v) => one(v.cpuPercent),
    at: firstOf,
    note: (n) => `${n.cpuCores} cores`,
  },
  {
    title: 'Memory',
    chart: MEMORY,
    section: 'memory',
    unit: '%',
    decimals: 1,
    limit: 'memory',
    now: (v) => one(v.memoryPercent),
    at: firstOf,
    note: (n) => `of ${formatShort(n.memoryBytes / 2 ** 30)} GiB`,
  },
  {
    title: 'Load',
    chart: LOAD,
    section: 'cpu',
    unit: '1 min',
    decimals: 2,
    now: (v) => one(v.load1),
    at: firstOf,
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
    now: (v) => one(v.diskPercent),
    at: firstOf,
    note: (n, _, past) => (past ? '' : (n.values?.diskMount ?? '')),
  },
  {
    title: 'Disk I/O',
    chart: DISK_IO,
    section: 'disks',
    unit: 'MiB/s',
    now: (v) => ({ read: scaled(v.diskReadBytesPerSecond, 1 / 2 ** 20), write: scaled(v.diskWriteBytesPerSecond, 1 / 2 ** 20) }),
    adds: ['read', 'write'],
    at: sumOfLines,
    note: () => 'read and write',
  },
  {
    title: 'Network',
    chart: NETWORK,
    section: 'network',
    unit: 'Mbit/s',
    now: (v) => ({ in: scaled(v.rxBytesPerSecond, 8 / 1e6), out: scaled(v.txBytesPerSecond, 8 / 1e6) }),
    adds: ['in', 'out'],
    at: sumOfLines,
    note: () => 'in and out',
  },
  {
    title: 'Pressure',
    chart: PRESSURE,
    section: 'cpu',
    unit: '%',
    decimals: 1,
    limit: 'pressure',
    now: (v) => one(v.pressurePercent),
    at: highestOf,
    highest: true,
    note: () => 'some, 10 s',
  },
  {
    title: 'Temperature',
    chart: HOTTEST,
    section: 'sensors',
    unit: '°C',
    decimals: 1,
    limit: 'temperature',
    now: (v) => one(v.temperatureCelsius),
    at: firstOf,
    note: () => 'hottest',
  },
];

export function NodeTiles({ node, feed }: { node: FleetNode; feed: NodeFeed }) {
  // Another version is other data.
  useStore(feed.state);
  const { time, fleet } = useConsole();
  const range = useStore(time);
  const past = range.kind === 'past';
  const { states } = useFleetKnown();
  const withheld = states.worth === 'unknown' ? states.reason : '';
  const nowMs = fleet.now();
  const { fromMs, toMs } = feed.bounds.get();
  return (
    <div className="tiles">
      {TILES.map((tile) => {
        const { columns, stepSeconds } = feed.draw(tile.chart);
        const series = within(columns, fromMs / 1000, toMs / 1000, 1.5 * stepSeconds, tile.at);
        const figure = past
          ? then(tile, node, columns, toMs, stepSeconds)
          : tileNow(node, node.values === null ? null : tile.now(node.values), withheld);
        const value = figure.worth === 'unknown' ? null : figure.value;
        const mark = tile.limit === undefined || figure.worth === 'stale' ? '' : crossed(tile.limit, value);
        const note = tileWords(figure, nowMs) || (value === null ? '' : tile.note(node, value, past));
        return (
          <a
            key={tile.title}
            className="tile"
            href={formatRoute({ page: 'node', nodeId: node.nodeId, section: tile.section })}
            title={worthWords(figure, nowMs) || undefined}
          >
            <span className="tile-name">
              <span>{tile.title}</span>
              <span className="cut tile-note" data-worth={figure.worth}>
                {note}
              </span>
            </span>
            <span className={`tile-value ${figure.worth === 'stale' ? 't3' : mark}`}>
              {figureWords(figure, (shown) => (tile.decimals === undefined ? formatShort(shown) : formatNumber(shown, tile.decimals)))}{' '}
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

function then(tile: Tile, node: FleetNode, columns: ChartColumns, atMs: number, stepSeconds: number): Known<number> {
  const figure = tileThen(columns, tile.highest === true ? undefined : (tile.adds ?? ['']), atMs, stepSeconds);
  // The chart has GiB.
  if (tile.title !== 'Memory') return figure;
  return node.memoryBytes > 0 ? mapKnown(figure, (gib) => (gib / (node.memoryBytes / 2 ** 30)) * 100) : notKnown();
}

const SPARK_POINTS = 120;

/** The stretch that shows in a few dozen points, each the mean of its share; a share without samples is a gap. */
function within(columns: ChartColumns, from: number, to: number, stepSeconds: number, at: Tile['at']): number[] {
  const points = Math.max(2, Math.min(SPARK_POINTS, Math.floor((to - from) / stepSeconds)));
  const sums = new Float64Array(points);
  const counts = new Uint32Array(points);
  const share = (to - from) / points;
  for (let row = 0; row < columns.times.length; row++) {
    const slot = Math.floor((columns.times[row]! - from) / share);
    const values = columns.lines.map((column) => column[row] ?? null);
    if (slot < 0 || slot >= points || values.every((value) => value === null)) continue;
    sums[slot] = sums[slot]! + at(values);
    counts[slot] = counts[slot]! + 1;
  }
  return Array.from(sums, (sum, slot) => sum / counts[slot]!);
}
