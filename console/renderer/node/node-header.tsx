// Who the node is, since when it is in its state, where it stands, what it runs; and the lens.
import type { ReactNode } from 'react';
import type { FleetNode, NodeSpool } from '../../common/fleet-node.ts';
import { useConsole } from '../state/console-state.ts';
import { useFleetKnown } from '../state/fleet-known.ts';
import { useStore } from '../state/store.ts';
import { formatAge, formatBytes, formatMoment, formatNumber, plural } from '../widgets/format.ts';
import { MiddleCut } from '../widgets/middle-cut.tsx';
import { StateWord } from '../widgets/state-mark.tsx';
import { NodeActions } from './actions/node-actions.tsx';
import type { NodeFeed } from './node-feed.ts';
import type { Section } from './sections.ts';
import { LOAD } from './specs/cpu.ts';

/** A batch waits for an acknowledgement in any case: only one that waits longer is worth a word. */
const OLD_BATCH_MS = 10_000;

export function NodeHeader({ node, feed, section }: { node: FleetNode; feed: NodeFeed; section: Section }) {
  const { clock, fleet } = useConsole();
  const now = useStore(clock);
  const { states } = useFleetKnown();
  const known = states.worth !== 'unknown';
  const { problem, loading } = useStore(feed.state);
  const tier = feed.tierOf(section.charts[0] ?? LOAD);
  return (
    <header className="node-head">
      <div className="node-title">
        <h1>
          <MiddleCut text={node.name} />
        </h1>
        <StateWord state={known ? node.state : 'not_known'} />
        {known && node.stateSinceMs !== null && <span className="t3 small">for {formatAge(now - node.stateSinceMs)}</span>}
        {known && node.problem !== '' && <span className="hold small cut">{node.problem}</span>}
        <span className="grow" />
        <span className={problem === '' ? 't3 small' : 'bad small cut'}>{problem || (loading ? 'loading…' : tier)}</span>
        <NodeActions node={node} feed={feed} section={section} />
      </div>
      <div className="node-facts">
        {/* First: it is the one fact that is wanted of a node that is not heard, and the line cuts what does not fit. */}
        <Fact name={known ? 'last sample' : 'last heard'}>{heardWords(node.lastSeenMs, known, fleet.now())}</Fact>
        {Object.entries(node.labels)
          .slice(0, 6)
          .map(([key, value]) => (
            <Fact key={key} name={key}>
              {value}
            </Fact>
          ))}
        {(node.os || node.platform) !== '' && <Fact name={node.os || node.platform}>{node.kernel}</Fact>}
        {/* Who only pushes samples tells nothing of its machine. */}
        {node.cpuCores > 0 && (
          <Fact name={node.cpuModel || node.arch}>
            {plural(node.cpuCores, 'core')}, {formatBytes(node.memoryBytes)}
          </Fact>
        )}
        {node.virtualization !== '' && <Fact name="on">{node.virtualization}</Fact>}
        {node.agentVersion !== '' && <Fact name="agent">{node.agentVersion}</Fact>}
        {node.agentVersion !== '' && <Fact name="skew">{formatNumber(node.skewMs, 1)} ms</Fact>}
        {node.spool !== null && (
          <SpoolFact
            spool={node.spool}
            now={fleet.now()}
            told={known && node.state !== 'silent' ? '' : heardWords(node.lastSeenMs, false, fleet.now())}
          />
        )}
        {node.config !== null && node.config.state !== '' && node.config.state !== 'none' && (
          <Fact name="configuration">
            {node.config.version > 0 ? `version ${node.config.version}` : 'local file'}
            {node.config.state !== 'applied' && (
              <span className="late" title={node.config.problem}>
                {` ${node.config.state.replace('_', ' ')}`}
              </span>
            )}
          </Fact>
        )}
      </div>
    </header>
  );
}

/** How long ago, and only the moment where a newer sample may have come meanwhile. */
export function heardWords(lastSeenMs: number | null, known: boolean, nowMs: number): string {
  if (lastSeenMs === null) return 'never';
  return known ? `${formatAge(nowMs - lastSeenMs)} ago` : formatMoment(lastSeenMs, nowMs);
}

/** What waits on the machine, since when and why, and what it had to give up. `told` is when it said so, where that is not now. */
function SpoolFact({ spool, now, told }: { spool: NodeSpool; now: number; told: string }) {
  const dropped = spool.drops.reduce((rows, drop) => rows + drop.rows, 0);
  const reasons = spool.drops.map(({ reason, rows }) => `${formatNumber(rows)} rows: ${reason}`).join('\n');
  const old = spool.oldestMs !== null && now - spool.oldestMs > OLD_BATCH_MS;
  return (
    <Fact name="spool">
      <span title={spool.lastError || undefined}>
        {plural(spool.batches, 'batch', 'batches')}, {formatBytes(spool.bytes)}
        {old && `, oldest ${formatAge(now - (spool.oldestMs ?? now))} ago`}
      </span>
      {told !== '' && <span className="t3">{` at ${told}`}</span>}
      {!spool.durable && (
        <span className="late" title={spool.problem}>
          {' '}
          not durable
        </span>
      )}
      {dropped > 0 && (
        <span className="late" title={reasons}>
          {`, ${formatNumber(dropped)} rows dropped`}
        </span>
      )}
      {spool.setAside > 0 && <span className="late">{`, ${plural(spool.setAside, 'batch', 'batches')} set aside`}</span>}
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="t3">
      {name} <b>{children}</b>
    </span>
  );
}
