// The tables of a section, among its charts in the overview and over the whole width elsewhere.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { formatRoute } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { NodeFeed } from '../node-feed.ts';
import type { Section } from '../sections.ts';
import { TablePanel } from '../tables/table-panel.tsx';
import { InventorySection } from './inventory-section.tsx';
import { ProcessList } from './process-list.tsx';

const OVERVIEW_PROCESSES = 12;

export function SectionTables({ node, feed, section }: { node: FleetNode; feed: NodeFeed; section: Section }) {
  const { nodeId } = node;
  const live = useStore(useConsole().time).kind === 'live';
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
  return (
    <>
      {section.key === 'processes' && live && <ProcessList node={node} />}
      {section.tables.map((spec) => (
        <TablePanel key={spec.key} spec={spec} nodeId={nodeId} feed={feed} whole />
      ))}
    </>
  );
}
