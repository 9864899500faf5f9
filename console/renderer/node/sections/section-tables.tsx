// The tables of a section, among its charts in the overview and over the whole width elsewhere.
import type { ReactNode } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { formatRoute } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { useMayChange } from '../actions/use-may-change.ts';
import type { NodeFeed } from '../node-feed.ts';
import type { Section } from '../sections.ts';
import { TablePanel } from '../tables/table-panel.tsx';
import { InventorySection } from './inventory-section.tsx';
import { ProcessList } from './process-list.tsx';
import { processSource } from './process-source.ts';
import { useProcesses } from './use-processes.ts';

const OVERVIEW_PROCESSES = 12;

export function SectionTables({ node, feed, section }: { node: FleetNode; feed: NodeFeed; section: Section }) {
  const { nodeId } = node;
  if (section.key === '') {
    const linkTo = (key: string, label: string) => ({ label, href: formatRoute({ page: 'node', nodeId, section: key }) });
    const [processes, filesystems] = section.tables;
    return (
      <>
        {processes && (
          <TablePanel spec={processes} nodeId={nodeId} feed={feed} limit={OVERVIEW_PROCESSES} link={linkTo('processes', 'All processes')} />
        )}
        {filesystems && <TablePanel spec={filesystems} nodeId={nodeId} feed={feed} link={linkTo('disks', 'Disks')} />}
      </>
    );
  }
  if (section.key === 'inventory') return <InventorySection node={node} />;
  const tables = section.tables.map((spec) => <TablePanel key={spec.key} spec={spec} nodeId={nodeId} feed={feed} whole />);
  return section.key === 'processes' ? <Processes key={nodeId} node={node} stored={tables} /> : tables;
}

/** The node's own list once it was read, else the busiest of its samples. */
function Processes({ node, stored }: { node: FleetNode; stored: ReactNode }) {
  const live = useStore(useConsole().time).kind === 'live';
  const reading = useProcesses(node, live);
  const mayChange = useMayChange() === '';
  const source = processSource(node, live, { read: reading.list.worth !== 'unknown', problem: reading.problem });
  return (
    <>
      {source.words !== '' && (
        <p className="small t3 panel-note whole" role="status">
          {source.words}{' '}
          {source.again && mayChange && !reading.live && (
            <button type="button" className="button" onClick={() => reading.setLive(true)}>
              Try again
            </button>
          )}
        </p>
      )}
      {source.list && <ProcessList reading={reading} />}
      {source.stored && stored}
    </>
  );
}
