// One node's row. Rendered anew only when its node, place or columns are others; what ages by itself does so in its cell.
import { memo } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { navigate } from '../state/route.ts';
import type { FleetColumn } from './fleet-columns.tsx';

interface Props {
  node: FleetNode;
  known: boolean;
  columns: readonly FleetColumn[];
  template: string;
  top: number;
  index: number;
  selected: boolean;
  onSelect: (nodeId: string) => void;
}

function Row({ node, known, columns, template, top, index, selected, onSelect }: Props) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table has the keys: arrows move, Enter opens
    <div
      className="fleet-row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-node={node.nodeId}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
      onClick={() => onSelect(node.nodeId)}
      onDoubleClick={() => navigate({ page: 'node', nodeId: node.nodeId })}
    >
      {columns.map((column) => (
        <div key={column.key} role="gridcell" data-column={column.key} className={column.number ? 'num' : 'cut'}>
          {column.key === 'name' ? (
            <a href={`#/node/${node.nodeId}`} tabIndex={-1} title={node.name}>
              {column.cell({ node, known })}
            </a>
          ) : (
            column.cell({ node, known })
          )}
        </div>
      ))}
    </div>
  );
}

export const FleetRow = memo(Row, (before, after) => {
  return (
    before.node === after.node &&
    before.known === after.known &&
    before.template === after.template &&
    before.top === after.top &&
    before.selected === after.selected
  );
});
