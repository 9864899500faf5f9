// When nodes were under maintenance, from the labels that the store keeps of every change: a label of today says nothing of yesterday. Pure.
import { MAINTENANCE_LABEL, maintenanceEndMs } from '../../../core/common/maintenance.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';

/** All rows of the nodes that ever bore the label. */
export const MAINTENANCE_SQL =
  'SELECT timestamp, node_id, labels FROM node_history WHERE node_id IN ' +
  `(SELECT node_id FROM node_history WHERE labels LIKE '%"${MAINTENANCE_LABEL}":%') ORDER BY timestamp`;

/** From when to when. */
type Span = readonly [number, number];

export class Maintenance {
  readonly #spans: ReadonlyMap<string, readonly Span[]>;

  /** Without an answer, what the labels say now counts for all of the past. */
  constructor(answer: QueryResult | null) {
    this.#spans = answer === null ? new Map() : spansOf(answer);
  }

  isHeld({ nodeId, labels }: Pick<FleetNode, 'nodeId' | 'labels'>, atMs: number): boolean {
    const spans = this.#spans.get(nodeId);
    if (spans === undefined) return atMs < (maintenanceEndMs(labels) ?? Number.NEGATIVE_INFINITY);
    return spans.some(([fromMs, toMs]) => atMs >= fromMs && atMs < toMs);
  }
}

function spansOf(answer: QueryResult): Map<string, Span[]> {
  const times = numericColumn(answer, 'timestamp');
  const [ids, labels] = [textColumn(answer, 'node_id'), textColumn(answer, 'labels')];
  const spans = new Map<string, Span[]>();
  /** Since when a node is held, and until when by its label. */
  const open = new Map<string, Span>();
  const close = (id: string, atMs: number): void => {
    const since = open.get(id);
    if (since !== undefined) spans.get(id)?.push([since[0], Math.min(since[1], atMs)]);
    open.delete(id);
  };
  for (let row = 0; row < answer.rows; row++) {
    const id = ids[row];
    const timeMs = (times?.[row] ?? Number.NaN) / 1000;
    if (!id || Number.isNaN(timeMs)) continue;
    if (!spans.has(id)) spans.set(id, []);
    close(id, timeMs);
    const endMs = maintenanceEndMs(labelsOf(labels[row] ?? ''));
    if (endMs !== undefined) open.set(id, [timeMs, endMs]);
  }
  for (const id of [...open.keys()]) close(id, Number.POSITIVE_INFINITY);
  return spans;
}

/** Text of the store: what is no object of labels has none. */
export function labelsOf(json: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(json || '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}
