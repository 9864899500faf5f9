// The five stations of the path, each with its own few numbers.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { LedgerProof, PipelineView } from '../../common/pipeline-view.ts';
import { formatBytes, formatNumber, plural } from '../parts/format.ts';
import { type ShownState, StateMark } from '../parts/state-mark.tsx';

interface Hop {
  name: string;
  says: string;
  state: ShownState;
  facts: readonly { name: string; value: string; unit?: string; mark?: 'late' | 'bad' | '' }[];
}

interface Props {
  view: PipelineView;
  proof: LedgerProof | undefined;
  nodes: ReadonlyMap<string, FleetNode>;
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
          <div className="pipe" aria-hidden="true" />
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
        </section>
      ))}
    </div>
  );
}

function hopsOf({ view, proof, nodes }: Props): Hop[] {
  const { batches, bytes, spooling, unknown } = spoolsOf(nodes);
  const share = view.streamMaxBytes === 0 ? 0 : (view.streamBytes / view.streamMaxBytes) * 100;
  const letters = Object.values(view.deadLetters).reduce((sum, count) => sum + count, 0);
  const suspended = view.suspendedTables.length;
  const notConnected = Math.max(0, nodes.size - view.connectedAgents);
  return [
    {
      name: 'Agents',
      says: `${plural(view.connectedAgents, 'stream')}, ${formatNumber(notConnected)} not connected`,
      state: notConnected > 0 ? 'late' : 'live',
      facts: [
        {
          name: 'Spooled, not acked',
          value: formatNumber(batches),
          unit: batches === 1 ? 'batch' : 'batches',
          mark: batches > 1000 ? 'late' : '',
        },
        { name: 'On their disks', value: formatBytes(bytes) },
        {
          name: 'Nodes spooling',
          value: unknown > 0 ? `${formatNumber(spooling)} and ${formatNumber(unknown)} unknown` : formatNumber(spooling),
        },
      ],
    },
    {
      name: 'Gateway',
      says: `${plural(view.connectedAgents, 'stream')} open`,
      state: 'live',
      facts: [{ name: 'Acknowledged is', value: view.durable ? 'on disk' : 'in memory', mark: view.durable ? '' : 'late' }],
    },
    {
      name: 'JetStream',
      says: `${formatNumber(share, 1)} % of ${formatBytes(view.streamMaxBytes)}`,
      state: share > 90 ? 'silent' : share > 75 ? 'late' : 'live',
      facts: [
        { name: 'Not stored yet', value: formatNumber(view.pendingMessages), unit: view.pendingMessages === 1 ? 'message' : 'messages' },
        { name: 'Kept for replay', value: formatBytes(view.streamBytes), mark: share > 90 ? 'bad' : share > 75 ? 'late' : '' },
      ],
    },
    {
      name: 'ETL',
      says: view.lagSeconds > 10 ? 'catching up' : 'keeps up',
      state: view.lagSeconds > 60 ? 'silent' : view.lagSeconds > 10 ? 'late' : 'live',
      facts: [
        {
          name: 'Lag',
          value: formatNumber(view.lagSeconds, 1),
          unit: 's',
          mark: view.lagSeconds > 60 ? 'bad' : view.lagSeconds > 10 ? 'late' : '',
        },
        { name: 'Set aside', value: formatNumber(letters), unit: 'dead letters', mark: letters > 0 ? 'late' : '' },
      ],
    },
    {
      name: 'QuestDB',
      says: suspended === 0 ? 'takes all writes' : `${plural(suspended, 'table')} suspended`,
      state: suspended === 0 ? 'live' : 'silent',
      facts: [
        { name: 'Stored', value: formatNumber(view.rowsPerSecond), unit: 'rows/s' },
        { name: 'Suspended tables', value: formatNumber(suspended), mark: suspended > 0 ? 'bad' : '' },
        ...(proof === undefined ? [] : [{ name: 'Rows in tables', value: formatNumber(proof.tableRows) }]),
      ],
    },
  ];
}

function spoolsOf(nodes: ReadonlyMap<string, FleetNode>): { batches: number; bytes: number; spooling: number; unknown: number } {
  const sum = { batches: 0, bytes: 0, spooling: 0, unknown: 0 };
  for (const { spool, state } of nodes.values()) {
    if (state === 'never_seen') continue;
    if (spool === null || state === 'silent') {
      sum.unknown++;
      continue;
    }
    sum.batches += spool.batches;
    sum.bytes += spool.bytes;
    if (spool.batches > 0) sum.spooling++;
  }
  return sum;
}
