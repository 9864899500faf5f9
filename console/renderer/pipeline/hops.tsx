// The path as a picture: five stations, each with how full it is, its own few numbers, and its last minutes.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { aged, type Known, known as knownNow, valueOr } from '../state/known.ts';
import { formatBytes, formatMoment, formatNumber, formatShort, plural } from '../widgets/format.ts';
import { figureWords } from '../widgets/known-figure.tsx';
import { Sparkline } from '../widgets/sparkline.tsx';
import { type ShownState, StateMark } from '../widgets/state-mark.tsx';
import { etlReports, storedPerSecond } from './path-known.ts';
import type { PathTrends } from './path-trends.ts';
import { notConnectedAgents, spoolsOf } from './spools.ts';
import { NO_TREND, type Trend, trendWords } from './trend-steps.ts';
import type { PartUsage } from './use-parts.ts';

/** A check of the ledger tells of now for so long. */
const CHECKED_MS = 60_000;

interface Hop {
  name: string;
  says: string;
  state: ShownState;
  /** How full its store is, 0 to 1. */
  depth: number;
  /** What flows on from it, by its own count, and what that is. */
  flow?: { rate: string; says: string };
  trend: { name: string } & Trend;
  /** `says`: what of it is not known. */
  facts: readonly { name: string; value: string; unit?: string; mark?: 'late' | 'bad' | 't3' | ''; says?: string }[];
}

interface Props {
  view: PipelineView;
  /** False where the figures are not of now: nothing but the names of the stations is shown then. */
  known: boolean;
  /** Rows in the tables, as of when the ledger was checked last. */
  tableRows: Known<number>;
  nodes: ReadonlyMap<string, FleetNode>;
  trends: PathTrends;
  parts: ReadonlyMap<string, PartUsage>;
}

export function Hops(props: Props) {
  return (
    <div className={props.known ? 'hops' : 'hops not-known'}>
      {(props.known ? hopsOf(props) : hopsOf(props).map(unknownHop)).map((hop) => (
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
            {hop.flow !== undefined && (
              <span className="flow" title={hop.flow.says}>
                {hop.flow.rate}
              </span>
            )}
          </div>
          <dl>
            {hop.facts.map(({ name, value, unit, mark, says }) => (
              <div key={name} title={says || undefined}>
                <dt>{name}</dt>
                <dd className={mark ?? ''}>
                  {value} {unit !== undefined && <small>{unit}</small>}
                </dd>
              </div>
            ))}
          </dl>
          <figure title={trendWords(hop.trend.name, hop.trend, props.view.asOfMs)}>
            <Sparkline values={hop.trend.values} width={120} height={22} low={0} stretch />
            <figcaption className="t3">{trendWords(hop.trend.name, hop.trend, props.view.asOfMs)}</figcaption>
          </figure>
        </section>
      ))}
    </div>
  );
}

/** The station without what is only known for now. */
function unknownHop(hop: Hop): Hop {
  return {
    ...hop,
    ...{ says: 'not known', state: 'not_known' as const, depth: 0 },
    ...(hop.flow === undefined ? {} : { flow: { rate: '–', says: 'Not known' } }),
    facts: hop.facts.map(({ name }) => ({ name, value: '–' })),
    trend: { name: hop.trend.name, ...NO_TREND },
  };
}

/** A rate of a hop by its own count, `–` where it is not known yet. */
function flowOf(perSecond: number | null, unit: string, says: string): { rate: string; says: string } {
  return { rate: perSecond === null ? '–' : `${formatShort(perSecond)} ${unit}/s`, says: `${says}, over the last 10 s` };
}

function hopsOf({ view, tableRows, nodes, trends, parts }: Props): Hop[] {
  const reports = etlReports(view);
  const used = view.diskBytes === null || view.diskFreeBytes === null ? 0 : 1 - view.diskFreeBytes / view.diskBytes;
  const full = used > 0.9;
  const lag = view.lagSeconds;
  const path = knownNow(view, view.asOfMs, 'live');
  const { batches, bytes, spooling } = spoolsOf(nodes, view.asOfMs);
  const missing = batches.worth === 'partial' ? `Of some agents nobody knows it now: ${batches.reason}` : '';
  const share = view.streamMaxBytes === 0 ? 0 : (view.streamBytes / view.streamMaxBytes) * 100;
  const letters = Object.values(view.deadLetters).reduce((sum, count) => sum + count, 0);
  const suspended = view.suspendedTables.length;
  const notConnected = notConnectedAgents(nodes, view.connectedAgents);
  return [
    {
      name: 'Agents',
      says: `${plural(view.connectedAgents, 'stream')}, ${formatNumber(notConnected)} not connected`,
      state: notConnected > 0 ? 'late' : 'live',
      depth: Math.min(1, batches.value / 1000),
      flow: flowOf(view.batchesMadePerSecond, 'batches', 'Batches that agents made, as they report it'),
      trend: { name: 'open streams', ...trends.agents },
      facts: [
        {
          name: 'In spools',
          value: figureWords(batches),
          unit: batches.value === 1 ? 'batch' : 'batches',
          mark: batches.value > 1000 ? 'late' : '',
          says: missing,
        },
        { name: 'Spool size', value: figureWords(bytes, formatBytes), says: missing },
        {
          name: 'Spooling',
          value: spooling.worth === 'partial' ? `${plural(spooling.value, 'node')}, ${spooling.reason}` : plural(spooling.value, 'node'),
          says: missing,
        },
      ],
    },
    {
      name: 'Gateway',
      says: [...instancesOf(parts.get('gateway')), plural(view.connectedAgents, 'stream')].join(', '),
      state: 'live',
      depth: 0,
      flow: flowOf(view.messagesInPerSecond, 'messages', 'Messages put into the stream; one may hold many batches'),
      trend: { name: 'CPU', ...(parts.get('gateway')?.cpuTrend ?? NO_TREND) },
      facts: [
        { name: 'Acknowledged', value: view.durable ? 'on disk' : 'not known to be on disk', mark: view.durable ? '' : 'late' },
        ...usageOf(parts.get('gateway')),
      ],
    },
    {
      name: 'JetStream',
      says: `${formatNumber(share, 1)} % of ${formatBytes(view.streamMaxBytes)}`,
      state: share > 90 ? 'silent' : share > 75 ? 'late' : 'live',
      depth: share / 100,
      flow: flowOf(view.messagesOutPerSecond, 'messages', 'Messages taken from the stream by the ETL'),
      trend: { name: 'rows not stored yet', ...trends.pendingRows },
      facts: [
        { name: 'Rows waiting', value: formatNumber(view.pendingRows), unit: 'about' },
        { name: 'Not stored yet', value: formatNumber(view.pendingMessages), unit: view.pendingMessages === 1 ? 'message' : 'messages' },
        { name: 'Kept for replay', value: formatBytes(view.streamBytes), mark: share > 90 ? 'bad' : share > 75 ? 'late' : '' },
      ],
    },
    {
      name: 'ETL',
      says: !reports ? 'does not report' : lag === null ? 'lag not known' : lag > 10 ? 'catching up' : 'keeping up',
      state: !reports || lag === null ? 'not_known' : lag > 60 ? 'silent' : lag > 10 ? 'late' : 'live',
      depth: Math.min(1, (lag ?? 0) / 60),
      flow: flowOf(valueOr(storedPerSecond(path), null), 'rows', 'Rows stored'),
      trend: { name: 'lag', ...trends.lagSeconds },
      facts: [
        {
          name: 'Lag',
          value: formatNumber(lag, 1),
          unit: 's',
          mark: (lag ?? 0) > 60 ? 'bad' : (lag ?? 0) > 10 ? 'late' : '',
        },
        { name: 'Set aside', value: formatNumber(letters), unit: 'rows', mark: letters > 0 ? 'late' : '' },
        ...usageOf(parts.get('etl')),
      ],
    },
    {
      name: 'QuestDB',
      says: !reports
        ? 'not known: the ETL does not report'
        : suspended === 0
          ? 'accepting writes'
          : `${plural(suspended, 'table')} suspended`,
      state: !reports ? 'not_known' : suspended > 0 || full ? 'silent' : 'live',
      depth: reports ? used : 0,
      // From the store where it has them; else what this window has heard.
      trend: { name: 'rows stored per second', ...longer(parts.get('etl')?.rowsTrend, trends.rowsPerSecond) },
      facts: [...storeFacts(view, used), ...rowsFact(tableRows, view.asOfMs)],
    },
  ];
}

/** Nothing where no sample of them is there. */
function instancesOf(usage: { instances: number } | undefined): string[] {
  return usage === undefined || usage.instances === 0 ? [] : [plural(usage.instances, 'instance')];
}

/** Nothing before the first check; of one that is a while ago with its moment. */
function rowsFact(rows: Known<number>, nowMs: number): Hop['facts'] {
  if (rows.worth === 'unknown') return [];
  const fact = { name: 'Rows in tables', value: figureWords(rows) };
  const now = aged(rows, nowMs, CHECKED_MS);
  return now.worth === 'stale' ? [{ ...fact, unit: `at ${formatMoment(now.asOfMs, nowMs)}`, mark: 't3' }] : [fact];
}

/** The one that is known from earlier on. */
function longer(stored: Trend | undefined, heard: Trend): Trend {
  return (stored?.sinceMs ?? Number.POSITIVE_INFINITY) <= (heard.sinceMs ?? Number.POSITIVE_INFINITY) && stored !== undefined
    ? stored
    : heard;
}

/** What only the ETL tells of the store. */
function storeFacts(view: PipelineView, used: number): Hop['facts'] {
  if (!etlReports(view)) return ['Suspended tables', 'Disk free'].map((name) => ({ name, value: '–' }));
  const suspended = view.suspendedTables.length;
  const tables = { name: 'Suspended tables', value: formatNumber(suspended), mark: suspended > 0 ? ('bad' as const) : ('' as const) };
  if (view.diskBytes === null) return [tables];
  const mark = used > 0.9 ? 'bad' : used > 0.8 ? 'late' : '';
  return [tables, { name: 'Disk free', value: formatBytes(view.diskFreeBytes), unit: `of ${formatBytes(view.diskBytes)}`, mark }];
}

/** What a part costs, where its samples are known. */
function usageOf(part: PartUsage | undefined): Hop['facts'] {
  if (part === undefined) return [];
  return [
    { name: 'CPU', value: formatNumber(part.cpuPercent, 1), unit: '% of a core' },
    { name: 'Memory', value: formatBytes(part.rssBytes) },
  ];
}
