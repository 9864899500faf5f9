// What a column of the fleet table is.
import type { FleetNode } from '../../../common/fleet-node.ts';

/** What a cell may need beyond its node. */
export interface RowView {
  node: FleetNode;
  /** False while this console hears of no gateway: states are withheld, colours taken away. */
  known: boolean;
  /** By the gateway's clock. */
  nowMs: number;
  /** The moment that is shown: now, or one of the past. */
  shownMs: number;
}

export interface FleetColumn {
  key: string;
  title: string;
  unit?: string;
  /** Pixels; what is left goes to the columns with `grow`, by its weight. */
  width: number;
  grow?: number;
  number?: true;
  /** Shown when the table is at least so wide. */
  from: number;
  /** Ascending order of two nodes; equal ones are ordered by name. Numbers start with the highest. */
  compare(a: FleetNode, b: FleetNode): number;
  /** The same order as a number, lowest first, where it is dear to find: asked for once a node and not once a comparison. */
  rank?(node: FleetNode): number;
  text(row: RowView): string;
  /** Class of the cell's colour; empty for that of its row. */
  tone?(row: RowView): string;
  /** What the text is more than itself: a link to the node, or beside the state's mark, the CPU's last quarter of an hour, a bar of its percent. */
  figure?: 'link' | 'mark' | 'trend' | 'meter';
  /** Of a bar. */
  percent?(node: FleetNode): number | null | undefined;
  /** The text is another as time goes by. */
  ages?: true;
}
