// The path as a picture: five stations, each with how full it is, its own few numbers, and its last minutes.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { LedgerProof, PipelineView } from '../../common/pipeline-view.ts';
import { formatBytes, formatNumber, plural } from '../parts/format.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { type ShownState, StateMark } from '../parts/state-mark.tsx';
import type { PathTrends } from './path-trends.ts';
import { hasAgent, spoolsOf } from './spools.ts';
import type { PartUsage } from './use-parts.ts';

interface Hop {
  name: string;
  says: string;
  state: ShownState;
  /** How full its store is, 0 to 1. */
  depth: number;
  /** What flows on from it. */
  flow: string;
  trend: { name: string; values: readonly number[] };
  facts: readonly { name: string; value: string; unit?: string; mark?: 'late' | 'bad' | '' }[];
}

interface Props {
  view: PipelineView;
  proof: LedgerProof | undefined;
  nodes: ReadonlyMap<string, FleetNode>;
  trends: PathTrends;
  parts: ReadonlyMap<string, PartUsage>;
}

export function Hops(props: Props) {
  return (
    <div className="hops">
      {hopsOf(props).map((hop) => (
        <section key={hop.name} className="hop">
          <h3 className="state">
            <StateMark state={hop.state} />
            {hop.name}
          </h3>
          <p className="t3 small cut">{hop.says}</p>
          <div className="pipe">
            <span className={`tank ${hop.state}`} title={`${Math.round(hop.depth * 100)} % full`}>
              <i style={{ height: `${Math.round(Math.min(1, Math.max(0, hop.depth)) * 100)}%` }} />
            </span>
            {hop.flow !== '' && (
              <span className="flow" title="As stored over the last 10 s: what waits on the way is in the depth">
                {hop.flow}
              </span>
            )}
          </div>
          <dl>
            {hop.facts.map(({ name, value, unit, mark }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className={mark ?? ''}>
                  {value} {unit !== undefined && <small>{unit}</small>}
                </dd>
              </div>
            ))}
          </dl>
          <figure title={hop.trend.name}>
            <Sparkline values={hop.trend.values} width={120} height={22} low={0} stretch />
            <figcaption className="t3 cut">{hop.trend.name}</figcaption>
          </figure>
        </section>
      ))}
    </div>
  );
}

function hopsOf({ view, proof, nodes, trends, parts }: Props): Hop[] {
  const rate = `${formatNumber(view.rowsPerSecond)} rows/s`;
  const used = view.diskBytes === 0 ? 0 : 1 - view.diskFreeBytes / view.diskBytes;
  const full = view.diskBytes > 0 && used > 0.9;
  const { batches, bytes, spooling, unknown } = spoolsOf(nodes);
  const share = view.streamMaxBytes === 0 ? 0 : (view.streamBytes / view.streamMaxBytes) * 100;
  const letters = Object.values(view.deadLetters).reduce((sum, count) => sum + count, 0);
  const suspended = view.suspendedTables.length;
  const notConnected = Math.max(0, [...nodes.values()].filter(hasAgent).length - view.connectedAgents);
  return [
    {
      name: 'Agents',
      says: `${plural(view.connectedAgents, 'stream')}, ${formatNumber(notConnected)} not connected`,
      state: notConnected > 0 ? 'late' : 'live',
      depth: Math.min(1, batches / 1000),
      flow: rate,
      trend: { name: 'open streams', values: trends.agents },
      facts: [
        {
          name: 'Spooled, not acked',
          value: formatNumber(batches),
          unit: batches === 1 ? 'batch' : 'batches',
          mark: batches > 1000 ? 'late' : '',
        },
        { name: 'On their disks', value: formatBytes(bytes) },
        {
          name: 'Spooling',
          value: unknown > 0 ? `${plural(spooling, 'node')}, ${formatNumber(unknown)} unknown` : plural(spooling, 'node'),
        },
      ],
    },
    {
      name: 'Gateway',
      says: `${plural(parts.get('gateway')?.instances ?? 1, 'instance')}, ${plural(view.connectedAgents, 'stream')}`,
      state: 'live',
      depth: 0,
      flow: rate,
      trend: { name: 'CPU, 10 min', values: parts.get('gateway')?.cpuTrend ?? [] },
      facts: [
        { name: 'Acknowledged is', value: view.durable ? 'on disk' : 'in memory', mark: view.durable ? '' : 'late' },
        ...usageOf(parts.get('gateway')),
      ],
    },
    {
      name: 'JetStream',
      says: `${formatNumber(share, 1)} % of ${formatBytes(view.streamMaxBytes)}`,
      state: share > 90 ? 'silent' : share > 75 ? 'late' : 'live',
      depth: share / 100,
      flow: rate,
      trend: { name: 'rows not stored yet', values: trends.pendingRows },
      facts: [
        { name: 'Rows waiting', value: formatNumber(view.pendingRows), unit: 'about' },
        { name: 'Not stored yet', value: formatNumber(view.pendingMessages), unit: view.pendingMessages === 1 ? 'message' : 'messages' },
        { name: 'Kept for replay', value: formatBytes(view.streamBytes), mark: share > 90 ? 'bad' : share > 75 ? 'late' : '' },
      ],
    },
    {
      name: 'ETL',
      says: view.lagSeconds > 10 ? 'catching up' : 'keeps up',
      state: view.lagSeconds > 60 ? 'silent' : view.lagSeconds > 10 ? 'late' : 'live',
      depth: Math.min(1, view.lagSeconds / 60),
      flow: rate,
      trend: { name: 'lag', values: trends.lagSeconds },
      facts: [
        {
          name: 'Lag',
          value: formatNumber(view.lagSeconds, 1),
          unit: 's',
          mark: view.lagSeconds > 60 ? 'bad' : view.lagSeconds > 10 ? 'late' : '',
        },
        { name: 'Set aside', value: formatNumber(letters), unit: 'rows', mark: letters > 0 ? 'late' : '' },
        ...usageOf(parts.get('etl')),
      ],
    },
    {
      name: 'QuestDB',
      says: suspended === 0 ? 'takes all writes' : `${plural(suspended, 'table')} suspended`,
      state: suspended > 0 || full ? 'silent' : 'live',
      depth: used,
      flow: '',
      trend: { name: 'rows stored a second', values: trends.rowsPerSecond },
      facts: [
        { name: 'Stored', value: formatNumber(view.rowsPerSecond), unit: 'rows/s' },
        { name: 'Suspended tables', value: formatNumber(suspended), mark: suspended > 0 ? 'bad' : '' },
        ...(view.diskBytes === 0
          ? []
          : [
              {
                name: 'Disk left',
                value: formatBytes(view.diskFreeBytes),
                unit: `of ${formatBytes(view.diskBytes)}`,
                mark: full ? ('bad' as const) : used > 0.8 ? ('late' as const) : ('' as const),
              },
            ]),
        ...(proof === undefined ? [] : [{ name: 'Rows in tables', value: formatNumber(proof.tableRows) }]),
      ],
    },
  ];
}

/** What a part costs, where its samples are known. */
function usageOf(part: PartUsage | undefined): Hop['facts'] {
  if (part === undefined) return [];
  return [
    { name: 'CPU', value: formatNumber(part.cpuPercent, 1), unit: '% of a core' },
    { name: 'Memory', value: formatBytes(part.rssBytes) },
  ];
}
