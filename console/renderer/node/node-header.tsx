// Who the node is, since when it is in its state, where it stands, what it runs; and the lens.
import { Activity } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { formatAge, formatBytes, formatNumber, plural } from '../parts/format.ts';
import { StateWord } from '../parts/state-mark.tsx';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { tierInWords } from '../state/time-range.ts';
import type { NodeFeed } from './node-feed.ts';

export function NodeHeader({ node, feed }: { node: FleetNode; feed: NodeFeed }) {
  const { clock, fleet, connection, time } = useConsole();
  const now = useStore(clock);
  const known = useStore(connection).kind === 'connected';
  const live = useStore(time).kind === 'live';
  const { stepSeconds, lensUntilMs, problem, loading } = useStore(feed.state);
  const lens = lensUntilMs > 0;
  const { fromMs } = feed.bounds();
  const young = live && node.enrolledMs !== null && fromMs <= node.enrolledMs + 1000;
  const tier = lens ? 'live, 10 Hz' : `${tierInWords(stepSeconds, node.intervalMs)}${young ? ', since it joined' : ''}`;
  return (
    <header className="node-head">
      <div className="node-title">
        <h1 className="cut">{node.name}</h1>
        <StateWord state={known ? node.state : 'not_known'} />
        {known && node.stateSinceMs !== null && <span className="t3 small">for {formatAge(now - node.stateSinceMs)}</span>}
        {known && node.problem !== '' && <span className="hold small cut">{node.problem}</span>}
        <span className="grow" />
        <span className={problem === '' ? 't3 small' : 'bad small cut'}>{problem || (loading ? 'reading the store…' : tier)}</span>
        <button
          type="button"
          className="button"
          aria-pressed={lens}
          disabled={!live || !known || node.state !== 'live'}
          title={live ? 'Ten samples a second, for five minutes' : 'Only while the window is live'}
          onClick={() => feed.setLens(!lens)}
        >
          <Activity size={14} strokeWidth={1.6} />
          {lens ? `Live lens 10 Hz, ${formatRemaining(lensUntilMs - Date.now())} left` : 'Live lens 10 Hz'}
        </button>
      </div>
      <div className="node-facts">
        {Object.entries(node.labels)
          .slice(0, 6)
          .map(([key, value]) => (
            <Fact key={key} name={key}>
              {value}
            </Fact>
          ))}
        <Fact name={node.os || node.platform}>{node.kernel}</Fact>
        <Fact name={node.cpuModel || node.arch}>
          {plural(node.cpuCores, 'core')}, {formatBytes(node.memoryBytes)}
        </Fact>
        {node.virtualization !== '' && <Fact name="on">{node.virtualization}</Fact>}
        <Fact name="agent">{node.agentVersion}</Fact>
        <Fact name="skew">{formatNumber(node.skewMs, 1)} ms</Fact>
        {node.spool !== null && (
          <Fact name="spool">
            {plural(node.spool.batches, 'batch', 'batches')}, {formatBytes(node.spool.bytes)}
            {!node.spool.durable && <span className="late"> not durable</span>}
          </Fact>
        )}
        <Fact name="last sample">{node.lastSeenMs === null ? 'never' : formatAge(fleet.now() - node.lastSeenMs)}</Fact>
      </div>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="t3">
      {name} <b>{children}</b>
    </span>
  );
}

function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
