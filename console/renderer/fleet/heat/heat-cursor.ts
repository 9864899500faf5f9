// The heat map's cursor: the node that pointer or arrow keys are at.
import type { FleetNode } from '../../../common/fleet-node.ts';
import type { HeatView } from './heat-view.ts';

export interface HeatCursor {
  /** Undefined until somebody pointed at a cell. */
  nodeId: string | undefined;
  /** Whether it is pointed at now. */
  pointed: boolean;
}

export const NO_HEAT_CURSOR: HeatCursor = { nodeId: undefined, pointed: false };

/** The node at the cursor and its cell; undefined where it is not on the map. */
export function nodeAt({ cells }: HeatView, { nodeId }: HeatCursor): { cell: number; node: FleetNode } | undefined {
  const cell = nodeId === undefined ? undefined : cells.cellOf(nodeId);
  const node = cell === undefined ? undefined : cells.nodes[cell];
  return cell === undefined || node === undefined ? undefined : { cell, node };
}
