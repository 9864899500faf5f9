// What changed of a machine: its kernel, its agent, its labels. From the rows that the store keeps of every change.
import { numericColumn, type QueryResult, textColumn } from '../../../common/query-result.ts';
import { formatBytes } from '../../widgets/format.ts';
import type { Ask, NodeEvent } from '../node-event.ts';
import { isMissing } from '../series/series-load.ts';
import { sqlText } from '../sql-text.ts';

export interface InventoryChange {
  timeMs: number;
  /** `kernel`, `label rack`. */
  what: string;
  /** Empty where there was or is none. */
  before: string;
  after: string;
}

const TEXTS = ['name', 'platform', 'os', 'kernel', 'arch', 'cpu_model', 'agent_version'] as const;
const MAX_ROWS = 500;

export interface InventoryChanges {
  /** Newest first. */
  changes: readonly InventoryChange[];
  /** What is missing, in words; empty where all changes are there. */
  cut: string;
}

/** The first row of a node is no change. */
export async function loadInventoryChanges(ask: Ask, nodeId: string): Promise<InventoryChanges> {
  const columns = ['timestamp', ...TEXTS, 'cpu_cores', 'memory_bytes', 'labels'].join(', ');
  try {
    // Newest first, so that a node that changes all day loses the oldest.
    const answer = await ask(`SELECT ${columns} FROM node_history WHERE node_id = ${sqlText(nodeId)} ORDER BY timestamp DESC`, MAX_ROWS);
    return { changes: changesOf(answer), cut: answer.truncated ? `only the newest ${answer.rows} changes are shown` : '' };
  } catch (error) {
    if (isMissing(error)) return { changes: [], cut: '' };
    throw error;
  }
}

/** Of rows newest first, and so are the changes. */
export function changesOf(result: QueryResult): InventoryChange[] {
  const times = numericColumn(result, 'timestamp');
  const states = Array.from({ length: result.rows }, (_, row) => stateOf(result, row));
  const changes: InventoryChange[] = [];
  for (let row = 0; row + 1 < states.length; row++) {
    const [after, before] = [states[row] as Map<string, string>, states[row + 1] as Map<string, string>];
    const own: InventoryChange[] = [];
    for (const what of new Set([...before.keys(), ...after.keys()])) {
      const [was = '', is = ''] = [before.get(what), after.get(what)];
      if (was !== is) own.push({ timeMs: (times?.[row] ?? Number.NaN) / 1000, what, before: was, after: is });
    }
    changes.push(...own.reverse());
  }
  return changes;
}

/** Changes as marks on the charts. */
export function changeEvents(changes: readonly InventoryChange[]): NodeEvent[] {
  return changes.map(({ timeMs, what, before, after }) => ({
    timeMs,
    kind: what.startsWith('label ') ? 'labels_changed' : 'inventory_changed',
    severity: 'info',
    text: `${what}: ${before || 'none'} → ${after || 'none'}`,
  }));
}

function stateOf(result: QueryResult, row: number): Map<string, string> {
  const state = new Map<string, string>();
  for (const name of TEXTS) state.set(name.replace('_', ' '), textColumn(result, name)[row] ?? '');
  state.set('cores', String(numericColumn(result, 'cpu_cores')?.[row] ?? ''));
  state.set('memory', formatBytes(numericColumn(result, 'memory_bytes')?.[row]));
  for (const [name, value] of Object.entries(labelsOf(textColumn(result, 'labels')[row] ?? ''))) state.set(`label ${name}`, String(value));
  return state;
}

/** Text of the store: what is no object of labels has none. */
function labelsOf(json: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json || '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
