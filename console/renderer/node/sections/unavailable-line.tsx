// Says over a section which of its collectors the agent cannot read, and why: nothing to see is not the same as nothing there.
import type { Section } from '../sections.ts';
import { useInventory } from './use-inventory.ts';

export function UnavailableLine({ nodeId, section }: { nodeId: string; section: Section }) {
  const { unavailable } = useInventory(nodeId);
  const drawn = new Set([...section.charts, ...section.tables].map(({ measurement }) => measurement));
  const missing = [...unavailable].filter(([collector]) => drawn.has(collector));
  if (missing.length === 0) return null;
  return (
    <div className="notice" role="status">
      {missing.map(([collector, reason]) => (
        <span key={collector} className="cut" title={reason}>
          <b>{collector.replaceAll('_', ' ')}</b> is unavailable: {reason}
        </span>
      ))}
    </div>
  );
}
